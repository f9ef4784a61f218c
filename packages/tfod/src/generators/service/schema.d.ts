/** The options as they are written on the command line; nothing here has been checked. */
export interface ServiceOptions {
  readonly name: string;
  readonly directory?: string;
  readonly variants?: readonly string[];
  readonly tensorflow?: string;
  readonly python?: string;
  readonly model?: string;
  readonly image?: string;
  readonly port?: number;
  readonly tags?: string;
  readonly skipFormat?: boolean;
}
