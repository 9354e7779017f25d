import type { EventType, JsonValue, ScenarioType } from '@test-coordinator/domain';

import { textOf } from '../source/json-access.js';
import type { Activity } from './chaostoolkit-activity.js';

/** What an action does to the platform: break something, set something right again, or nothing that is known. */
export type ActionKind =
  | { readonly kind: 'fault'; readonly eventType: EventType }
  | { readonly kind: 'recovery' }
  | { readonly kind: 'other' };

const RECOVERY: ActionKind = { kind: 'recovery' };
const OTHER: ActionKind = { kind: 'other' };
const fault = (eventType: EventType): ActionKind => ({ kind: 'fault', eventType });

export const SCENARIO_TYPE_OF_EVENT: Readonly<Record<EventType, ScenarioType>> = {
  service_restart: 'service_restart',
  service_kill: 'service_restart',
  network_partition: 'network_partition',
  network_packet_loss: 'network_partition',
  network_latency: 'network_latency',
  cpu_stress: 'resource_exhaustion',
  memory_stress: 'resource_exhaustion',
  disk_io_stress: 'resource_exhaustion',
  clock_skew: 'combined',
};

/** Extension packages of the Chaos Toolkit whose actions inject faults. Actions of other modules are not known here. */
const INJECTING_MODULE =
  /^chaos(k8s|aws|azure|gcp|gce|toxi|istio|gremlin|spring|cf|servicefabric|mesh|docker|pumba|linux)(\.|$)/;

/** Functions of those packages, by the words in their names; the first row that matches decides. */
const FUNCTION_ROWS: readonly (readonly [name: RegExp, kind: ActionKind])[] = [
  [
    /^(remove|reset|clear|recover|restore|rollback|allow|uncordon|resume|unpause|unblock|attach|enable_proxy|start)(_|$)/,
    RECOVERY,
  ],
  [/^delete_\w*(toxic|fault|chaos|experiment|polic|rule|stress)/, RECOVERY],
  [/^(remove|delete)_service(_endpoint)?$/, fault('network_partition')],
  [/latency|delay|slow|bandwi|slicer/, fault('network_latency')],
  [/loss|(corrupt|duplicate|reorder)_packets?/, fault('network_packet_loss')],
  [
    /partition|abort|deny|block|blackhole|isolat|disable_proxy|timeout_toxic|reset_peer|limit_data|network_polic|detach/,
    fault('network_partition'),
  ],
  [/clock|time_(skew|shift|chaos)/, fault('clock_skew')],
  [/memory|\bmem(_|$)|ram_/, fault('memory_stress')],
  [/disk|(^|_)io(_|$)|fill/, fault('disk_io_stress')],
  [/cpu|stress|hog|burn/, fault('cpu_stress')],
  [/restart|reboot|rollout/, fault('service_restart')],
  [
    /terminate|kill|stop|drain|fail(_?over|ure)|evict|crash|shutdown|deallocate|delete_(pods?|deployment|statefulset|replica_?set|nodes?|instances?|machines?|tasks?)/,
    fault('service_kill'),
  ],
];

/** Command lines of the process provider, as `program arguments`; the first row that matches decides. */
const COMMAND_ROWS: readonly (readonly [line: RegExp, kind: ActionKind])[] = [
  [/^(kill|pkill|killall) .*-(CONT|SIGCONT|18)\b/, RECOVERY],
  [/^(kill|pkill|killall) /, fault('service_kill')],
  [/^stress(-ng)? .*(--vm|-m )/, fault('memory_stress')],
  [/^stress(-ng)? .*(--io|--hdd|-i |-d )/, fault('disk_io_stress')],
  [/^stress(-ng)? /, fault('cpu_stress')],
  [/^tc qdisc (del|delete)\b/, RECOVERY],
  [/^tc qdisc .*\b(loss|corrupt|duplicate|reorder)\b/, fault('network_packet_loss')],
  [/^tc qdisc .*\b(delay|rate)\b/, fault('network_latency')],
  [/^(ip6?tables|nft) .*(-D|--delete|-F|--flush|delete|flush)\b/, RECOVERY],
  [/^(ip6?tables|nft) .*\b(drop|reject)\b/i, fault('network_partition')],
  [/^(docker|podman|nerdctl) network disconnect\b/, fault('network_partition')],
  [/^(docker|podman|nerdctl) (network connect|(compose )?(start|unpause))\b/, RECOVERY],
  [/^(docker|podman|nerdctl) (compose )?restart\b/, fault('service_restart')],
  [/^(docker|podman|nerdctl) (compose )?(kill|stop|pause)\b/, fault('service_kill')],
  [/^(systemctl start\b|service \S+ start$)/, RECOVERY],
  [/^(systemctl restart\b|service \S+ restart$)/, fault('service_restart')],
  [/^(systemctl (stop|kill)\b|service \S+ stop$)/, fault('service_kill')],
  [/^kubectl .*\bscale\b.*--replicas[= ]0(\s|$)/, fault('service_kill')],
  [/^kubectl .*\b(scale\b.*--replicas[= ]\d|uncordon\b)/, RECOVERY],
  [/^kubectl .*\brollout restart\b/, fault('service_restart')],
  [/^kubectl .*\b(delete (pods?|deployments?|statefulsets?)\b|drain\b)/, fault('service_kill')],
];

/** What is known about an action: by module and function of its python provider, or by its command line. */
export function kindOfAction(activity: Activity): ActionKind {
  if (activity.provider['type'] === 'process') {
    const line = activity.commandLine;
    return COMMAND_ROWS.find(([pattern]) => pattern.test(line))?.[1] ?? OTHER;
  }
  const module = textOf(activity.provider['module']) ?? '';
  const name = (textOf(activity.provider['func']) ?? '').toLowerCase();
  if (!INJECTING_MODULE.test(module)) return OTHER;
  if (name.startsWith('scale_'))
    return isZero(activity.arguments['replicas']) ? fault('service_kill') : RECOVERY;
  return FUNCTION_ROWS.find(([pattern]) => pattern.test(name))?.[1] ?? OTHER;
}

function isZero(replicas: JsonValue | undefined): boolean {
  return replicas === 0 || replicas === '0';
}
