import type { JsonObject } from '@test-coordinator/domain';
import { throwIfAborted } from '@test-coordinator/ports';

import { auditDocument, copyOf } from './audit-document.js';
import { AUDIT_RULES, optionsIn, type Asked, type AuditablePorts, type CallRule } from './audit-rules.js';
import type { AuditTrail } from './audit-trail.js';
import { countingRepositories } from './counted-writes.js';
import { recordedChange, type Told } from './recorded-change.js';
import { Tally } from './tally.js';

type Method = (...args: readonly unknown[]) => unknown;

/** `scenarios.create` and all others that leave a trace. */
export const AUDITED_METHODS: readonly string[] = Object.entries(AUDIT_RULES).flatMap(([name, rules]) =>
  Object.entries(rules).flatMap(([method, rule]) => (rule === null ? [] : [`${name}.${method}`])),
);

/**
 * The port, each change by which leaves a trace in `trail`: an attempt that is durable before the call goes on, and its
 * outcome. Reads, and what is not audited, go through as they are.
 */
export function auditedPort<Name extends keyof AuditablePorts>(
  name: Name,
  port: AuditablePorts[Name],
  trail: AuditTrail,
): AuditablePorts[Name] {
  const rules: Readonly<Record<string, CallRule | null>> = AUDIT_RULES[name];
  const methods = new Map<PropertyKey, Method>();
  return new Proxy(port, {
    get(target, property) {
      const known = methods.get(property);
      if (known !== undefined) return known;
      // Read with the port itself as `this`: its private fields are not the proxy's.
      const member: unknown = Reflect.get(target, property, target);
      if (typeof member !== 'function') return member;
      const method = (member as Method).bind(target);
      const rule =
        typeof property === 'string' && Object.hasOwn(rules, property) ? rules[property] : undefined;
      const audited =
        rule === null || rule === undefined
          ? method
          : auditedMethod(`${name}.${String(property)}`, rule, target, method, trail);
      methods.set(property, audited);
      return audited;
    },
  });
}

function auditedMethod(
  action: string,
  rule: CallRule,
  port: object,
  method: Method,
  trail: AuditTrail,
): Method {
  return async (...given) => {
    const options = optionsIn(given, rule);
    throwIfAborted(options);
    const args = given.map((value) => copyOf(value));
    const asked = askedBy(rule, args);
    const before = await beforeOf(rule, port, args);
    const tally = new Tally();
    const tell = (answer: unknown): Told => {
      const told = rule.tells?.(answer) ?? {};
      const counted = tally.told();
      return counted === undefined ? told : { ...told, after: { ...told.after, ...counted } };
    };
    const answer = await recordedChange(
      trail,
      { action, entity: rule.entity, ...asked, before },
      options,
      async () =>
        method(
          ...(rule.counted?.(args, tally, (repositories) => countingRepositories(repositories, tally)) ??
            args),
        ),
      tell,
    );
    return rule.wrapped?.(answer, { trail, options }) ?? answer;
  };
}

/** Nothing for arguments that are not what they must be: the port refuses them. */
function askedBy(rule: CallRule, args: readonly unknown[]): Asked {
  try {
    return rule.asks(args);
  } catch {
    return {};
  }
}

/** Nothing for a record that is not there, or cannot be read now: the change is judged all the same. */
async function beforeOf(
  rule: CallRule,
  port: object,
  args: readonly unknown[],
): Promise<JsonObject | undefined> {
  try {
    return auditDocument((await rule.before?.(port, args)) ?? undefined);
  } catch {
    return undefined;
  }
}
