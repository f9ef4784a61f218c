/** Which runtime image a service image stands on: TensorFlow for the CPU, or for CUDA. */
export type Variant = 'cpu' | 'gpu';

/** Every variant there is, in the order in which they are built and shown. */
export const VARIANTS: readonly Variant[] = ['cpu', 'gpu'];

/** One Nx project that detects objects, as its `tfod.json` describes it. */
export interface Service {
  /** The name of the Nx project. */
  readonly name: string;
  /** The project's folder, relative to the workspace root, with forward slashes. */
  readonly root: string;
  /** At least one, each once, in the order of `VARIANTS`. */
  readonly variants: readonly Variant[];
  /** The folder under `models/` that the image carries. */
  readonly model: string;
  /** The image's repository: an optional registry and a path, without tag and digest. */
  readonly image: string;
  /** The port that the server in the image listens on, 1 to 65535. */
  readonly port: number;
}
