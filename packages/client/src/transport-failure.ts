/** Why there is no answer. `isSent`: the coordinator may have got the request, and done what it asks for. */
export class TransportFailure extends Error {
  override readonly name = 'TransportFailure';

  constructor(
    readonly kind: 'not reached' | 'lost' | 'timeout' | 'no HTTP',
    readonly isSent: boolean,
    cause?: unknown,
  ) {
    super(kind, { cause });
  }

  /** Node's word for it, such as `ECONNREFUSED`: fit to print. */
  get reason(): string {
    const { cause } = this;
    return cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  }
}
