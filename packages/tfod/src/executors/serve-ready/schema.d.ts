/** The options as Nx hands them over, defaults of the schema included. */
export interface ServeReadyOptions {
  readonly readySeconds?: number;
}
