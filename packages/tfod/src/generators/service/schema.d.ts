/** The options as they are written on the command line; nothing here has been checked. */
export interface ServiceOptions {
  readonly name: string;
  readonly directory?: string;
  readonly variants?: readonly string[];
  /** A number when it comes from the command line. */
  readonly tensorflow?: string | number;
  readonly python?: string | number;
  readonly runtime?: string;
  /** A number when it comes from the command line. */
  readonly model?: string | number;
  readonly image?: string;
  readonly port?: number;
  readonly tags?: string;
  readonly skipFormat?: boolean;
}
