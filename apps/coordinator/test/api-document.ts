import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { fullFormats } from 'ajv-formats/dist/formats.js';

import type { Answer } from './api-client.js';

interface MediaTypes {
  readonly [type: string]: { readonly schema: object };
}

export interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly 'x-scope'?: string;
  readonly requestBody?: { readonly content: MediaTypes };
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: MediaTypes }>
  >;
}

const PROBLEM = { $ref: '#/components/schemas/Problem' };

/** The OpenAPI document, asked whether an exchange is as it says. */
export class ApiDocument {
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true, formats: { ...fullFormats, binary: true } });
  readonly #compiled = new Map<object, ValidateFunction>();
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;

  constructor(text: string) {
    const document = JSON.parse(text) as {
      readonly paths: ApiDocument['paths'];
      readonly components: unknown;
    };
    this.paths = document.paths;
    // Known to the compiler once: a schema of its own for each of hundreds of bodies took seconds.
    this.#ajv.addSchema({ components: document.components }, 'document');
  }

  /** Every operation, with the scope that its key needs. */
  *operations(): Iterable<{
    readonly method: string;
    readonly url: string;
    readonly scope: string | undefined;
  }> {
    for (const [url, methods] of Object.entries(this.paths)) {
      for (const [method, operation] of Object.entries(methods))
        yield { method: method.toUpperCase(), url, scope: operation['x-scope'] };
    }
  }

  /** Of a path that was called; the one with the fewest parameters wins, as in the router. */
  templateOf(url: string): string | undefined {
    const path = new URL(url, 'http://host').pathname;
    return Object.keys(this.paths)
      .filter((template) => new RegExp(`^${template.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`).test(path))
      .sort((a, b) => a.split('{').length - b.split('{').length)[0];
  }

  /** What is wrong with the exchange, or `undefined`. */
  problemOf(method: string, url: string, sent: unknown, answer: Answer): string | undefined {
    // The head of a GET has its headers and no body.
    if (method === 'HEAD') return answer.text === '' ? undefined : 'a head came with a body';
    const template = this.templateOf(url);
    const operation = template === undefined ? undefined : this.paths[template]?.[method.toLowerCase()];
    if (operation === undefined) return this.#isProblem(answer);
    const response = operation.responses[answer.status] ?? operation.responses['default'];
    if (response === undefined) return `status ${answer.status} is not declared`;
    if (answer.status >= 400 && operation.responses[answer.status] === undefined)
      return this.#isProblem(answer);
    if (answer.status >= 400 && answer.status < 500) return undefined;
    return this.#requestProblem(operation, sent) ?? this.#responseProblem(response, answer);
  }

  #requestProblem({ requestBody }: Operation, sent: unknown): string | undefined {
    const schema = requestBody?.content['application/json']?.schema;
    if (schema === undefined || sent === undefined) return undefined;
    return this.#breach(schema, JSON.parse(JSON.stringify(sent)), 'what was accepted');
  }

  #responseProblem(response: Operation['responses'][string], answer: Answer): string | undefined {
    if (response.content === undefined) return answer.text === '' ? undefined : 'a body is not declared';
    const type = String(answer.headers['content-type']).split(';')[0]!;
    const schema = response.content[type]?.schema;
    if (schema === undefined) return `content type ${type} is not declared`;
    return type === 'application/json'
      ? this.#breach(schema, JSON.parse(answer.text), 'the answer')
      : undefined;
  }

  #isProblem(answer: Answer): string | undefined {
    if (answer.text === '' && answer.status >= 400) return undefined;
    const type = String(answer.headers['content-type']);
    if (!type.startsWith('application/problem+json')) return `a refusal came as ${type}`;
    const breach = this.#breach(PROBLEM, JSON.parse(answer.text), 'the problem');
    return breach ?? (answer.text.includes(`"status":${answer.status}`) ? undefined : 'the status differs');
  }

  #breach(schema: object, value: unknown, subject: string): string | undefined {
    let validate = this.#compiled.get(schema);
    if (validate === undefined) {
      const known = JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/');
      validate = this.#ajv.compile(JSON.parse(known) as object);
      this.#compiled.set(schema, validate);
    }
    return validate(value) ? undefined : `${subject}: ${this.#ajv.errorsText(validate.errors)}`;
  }
}
