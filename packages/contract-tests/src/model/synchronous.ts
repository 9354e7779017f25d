/** A port as a model has it: the same methods, answered at once. */
export type Synchronous<Port> = {
  [Method in keyof Port]: Port[Method] extends (...parameters: infer Parameters) => Promise<infer Answer>
    ? (...parameters: Parameters) => Answer
    : never;
};
