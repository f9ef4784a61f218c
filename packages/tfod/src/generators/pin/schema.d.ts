export interface PinOptions {
  readonly project?: string;
  readonly update?: boolean;
}
