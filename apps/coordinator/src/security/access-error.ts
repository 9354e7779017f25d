/** Keys or settings do not allow what was asked for. The message is fit to print and says what to do. */
export class AccessError extends Error {
  override readonly name = 'AccessError';
}
