/** `importAll` is `bulkCreate` batch by batch over a source that no model can read at once. */
export type ModelledMethod<Port> = Exclude<keyof Port, 'importAll'>;

/** A port as a model has it: the same methods, answered at once. */
export type Synchronous<Port> = {
  [Method in ModelledMethod<Port>]: Port[Method] extends (
    ...parameters: infer Parameters
  ) => Promise<infer Answer>
    ? (...parameters: Parameters) => Answer
    : never;
};
