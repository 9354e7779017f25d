/** The port with some methods replaced. */
export function instead<Port extends object>(port: Port, methods: Partial<Port>): Port {
  return new Proxy(port, {
    get(_, name) {
      const method: unknown = Reflect.get(methods, name) ?? Reflect.get(port, name);
      return typeof method === 'function' ? (method as CallableFunction).bind(port) : method;
    },
  });
}
