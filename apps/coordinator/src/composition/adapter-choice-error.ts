/** The settings ask for an adapter that this build does not have. */
export class AdapterChoiceError extends Error {
  override readonly name = 'AdapterChoiceError';
}
