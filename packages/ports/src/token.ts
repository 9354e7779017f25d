/**
 * Names a port in a dependency-injection container, with the port's type. Interface and token share one name,
 * so a function `get<Port>(token: Token<Port>): Port` infers the port from the token alone.
 * `Symbol.for` keeps the tokens of two copies of this package equal.
 */
// The type parameter is a phantom: it ties the token to its port for the compiler and holds nothing at run time.
export type Token<Port> = symbol & { readonly __port?: Port };

export function token<Port>(name: string): Token<Port> {
  return Symbol.for(`@test-coordinator/ports/${name}`) as Token<Port>;
}
