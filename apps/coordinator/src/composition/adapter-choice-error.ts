/** The settings ask for adapters that contradict each other. */
export class AdapterChoiceError extends Error {
  override readonly name = 'AdapterChoiceError';
}
