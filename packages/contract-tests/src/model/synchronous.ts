/**
 * `importAll` is `bulkCreate` batch by batch over a source that no model can read at once; what a `watch` answers with is
 * what the other methods did.
 */
export type ModelledMethod<Port> = Exclude<keyof Port, 'importAll' | 'watch'>;

/** A port as a model has it: the same methods, answered at once. */
export type Synchronous<Port> = {
  [Method in ModelledMethod<Port>]: Port[Method] extends (
    ...parameters: infer Parameters
  ) => Promise<infer Answer>
    ? (...parameters: Parameters) => Answer
    : never;
};
