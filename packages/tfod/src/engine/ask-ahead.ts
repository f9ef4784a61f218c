import type { Engine } from './engine';

/**
 * The engine, asked at once for what every plan asks first, so that it answers while the modules that plan are loaded.
 * The answers are for whoever asks first; later ones ask again, for the engine may have changed.
 */
export function askAhead(engine: Engine, label: string): Engine {
  const opening = firstOf(engine.open());
  const listing = firstOf(engine.imagesWithLabel(label));
  return {
    ...engine,
    open: () => opening() ?? engine.open(),
    imagesWithLabel: (asked) => (asked === label ? listing() : undefined) ?? engine.imagesWithLabel(asked),
  };
}

function firstOf<T>(answer: Promise<T>): () => Promise<T> | undefined {
  // Heard by whoever takes it, if anybody does.
  answer.catch(() => undefined);
  let kept: Promise<T> | undefined = answer;
  return () => {
    const taken = kept;
    kept = undefined;
    return taken;
  };
}
