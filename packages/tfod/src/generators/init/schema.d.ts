export interface InitOptions {
  readonly skipFormat?: boolean;
}
