import type { JsonObject, JsonValue } from '@test-coordinator/domain';

import { listOf, objectOf, textOf } from '../source/json-access.js';

const NOTHING: JsonObject = Object.freeze({});

/** Arguments that name what is acted on, in the order of how well they do. */
const TARGET_ARGUMENTS = [
  'label_selector',
  'service_name',
  'service',
  'deployment_name',
  'deployment',
  'statefulset_name',
  'name',
  'proxy_name',
  'proxy',
  'container_name',
  'container',
  'pod_name',
  'pod',
  'name_pattern',
  'app_name',
  'virtual_service_name',
  'instance_id',
  'instance_ids',
  'node_name',
  'target',
  'host',
];
/** Keys of a label selector whose value is the name of a service. */
const NAMING_LABEL =
  /^(app|name|run|service|component|k8s-app|app\.kubernetes\.io\/(name|component|instance))$/;

/** One probe or action of a Chaos Toolkit experiment. */
export class Activity {
  readonly name: string;
  readonly provider: JsonObject;
  readonly arguments: JsonObject;

  constructor(readonly document: JsonObject) {
    this.name = textOf(document['name']) ?? '(unnamed)';
    this.provider = objectOf(document['provider']) ?? NOTHING;
    this.arguments = objectOf(this.provider['arguments']) ?? NOTHING;
  }

  get isAction(): boolean {
    return this.document['type'] === 'action';
  }

  get isProbe(): boolean {
    return this.document['type'] === 'probe';
  }

  /** What runs: `module.func`, `http`, or the program. For people and logs. */
  get operation(): string {
    const { provider } = this;
    const type = textOf(provider['type']) ?? 'unknown';
    if (type === 'process') return `process ${programOf(provider)}`;
    if (type !== 'python') return type;
    return `${textOf(provider['module']) ?? '?'}.${textOf(provider['func']) ?? '?'}`;
  }

  /** Program and arguments of a process provider with single blanks, without the program's folder and without sudo. */
  get commandLine(): string {
    const given = this.provider['arguments'];
    const words =
      typeof given === 'string'
        ? given.split(/\s+/)
        : Array.isArray(given)
          ? listOf(given).map(wordOf)
          : Object.entries(this.arguments).flatMap(([flag, value]) => [flag, wordOf(value)]);
    const all = [programOf(this.provider), ...words].filter((word) => word !== '');
    return (all[0] === 'sudo' ? all.slice(1) : all).join(' ');
  }

  /** The service, host or container that is acted on, or `undefined` when the arguments name none. */
  get target(): string | undefined {
    const found =
      this.provider['type'] === 'process' ? targetOfCommand(this.commandLine) : this.#targetOfArguments();
    return found === undefined || found === '' || found.includes('${') ? undefined : found.slice(0, 200);
  }

  #targetOfArguments(): string | undefined {
    for (const key of TARGET_ARGUMENTS) {
      const value = this.arguments[key];
      const text = textOf(Array.isArray(value) ? listOf(value)[0] : value);
      if (text !== undefined) return key === 'label_selector' ? serviceOfSelector(text) : text.trim();
    }
    const url = textOf(this.provider['url']) ?? textOf(this.arguments['url']);
    return url === undefined ? undefined : hostOf(url);
  }
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname || undefined : undefined;
}

/** `run=frontend` names the service frontend; a selector without a naming label is its own name. */
export function serviceOfSelector(selector: string): string {
  const pairs = selector.split(',').map((pair) => pair.split(/={1,2}/).map((part) => part.trim()));
  const naming = pairs.find(([key = '', value = '']) => value !== '' && NAMING_LABEL.test(key));
  if (naming !== undefined) return naming[1]!;
  return pairs.length === 1 && pairs[0]!.length === 2 ? pairs[0]![1]! : selector.trim();
}

function programOf(provider: JsonObject): string {
  return (textOf(provider['path']) ?? '').trim().replace(/^.*\//, '');
}

function wordOf(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Programs whose last argument names what they act on. */
const NAMING_PROGRAM = /^(docker|podman|nerdctl|systemctl|kubectl|pkill|killall)$/;

function targetOfCommand(line: string): string | undefined {
  const named = /(?:\s-l|--selector|\sdev|\s-d|--destination|\s-s|--source)[= ](\S+)/.exec(line);
  if (named !== null) return serviceOfSelector(named[1]!);
  const [program = '', ...words] = line.split(' ').filter((word) => !word.startsWith('-'));
  if (program === 'service') return words[0];
  if (!NAMING_PROGRAM.test(program)) return undefined;
  return words.at(-1)?.replace(/^(deployment|deploy|statefulset|sts|pod|service|svc)\//, '');
}
