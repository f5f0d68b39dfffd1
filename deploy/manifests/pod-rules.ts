import type { Container, Workload } from './kubernetes-objects.ts'

/** What Pod Security's level `restricted` asks for, and what keeps work whole and nodes shared: of every pod. */
export function podProblems(workload: Workload, graceMs: number): string[] {
  const { pod, kind } = workload
  const security = pod.securityContext
  const problems = [
    security?.runAsNonRoot !== true && 'must say runAsNonRoot',
    !(security?.runAsUser !== undefined && security.runAsUser > 0) && 'must name a user other than root',
    security?.seccompProfile?.type !== 'RuntimeDefault' && "must have the runtime's seccomp profile",
    pod.hostNetwork === true && "must not use the host's network",
    pod.volumes.some(({ hostPath }) => hostPath !== undefined) && "must not mount the host's files",
    pod.automountServiceAccountToken !== false && 'must have no token of the API server',
    pod.enableServiceLinks !== false && "must have no variables of the cluster's services",
    isOurs(workload) && tooSoon(workload, graceMs) && 'is killed before its grace time is over',
    kind === 'Deployment' &&
      isOurs(workload) &&
      pod.topologySpreadConstraints.length === 0 &&
      'must be spread',
  ]
  return [
    ...problems.filter((problem) => problem !== false).map((problem) => `${workload.title}: ${problem}`),
    ...[...pod.initContainers, ...pod.containers].flatMap((container) =>
      containerProblems(container, kind).map((problem) => `${workload.title}: ${container.name} ${problem}`),
    ),
  ]
}

/** Beyond the grace time: Temporal's core has 5 s to force an end, the worker 15 s until it gives up. */
const restMs = 20_000
const msPerSecond = 1_000

function isOurs({ labels }: Workload): boolean {
  return labels['app.kubernetes.io/part-of'] === 'flexprice'
}

function tooSoon({ pod }: Workload, graceMs: number): boolean {
  const drainMs = pod.containers.map(({ env }) =>
    Number(env.find(({ name }) => name === 'DRAIN_MS')?.value ?? 0),
  )
  return pod.terminationGracePeriodSeconds * msPerSecond < Math.max(...drainMs) + graceMs + restMs
}

function containerProblems(container: Container, kind: string): string[] {
  const { securityContext, resources, image } = container
  const serves = kind !== 'Job'
  const problems = [
    securityContext?.allowPrivilegeEscalation !== false && 'must not gain privileges',
    securityContext?.privileged === true && 'must not be privileged',
    securityContext?.readOnlyRootFilesystem !== true && 'must have a read-only root file system',
    !securityContext?.capabilities?.drop.includes('ALL') && 'must drop all capabilities',
    (securityContext?.capabilities?.add.length ?? 0) > 0 && 'must add no capability',
    resources?.requests.cpu === undefined && 'must request CPU',
    resources?.requests.memory === undefined && 'must request memory',
    resources?.limits.memory === undefined && 'must limit its memory',
    serves && container.livenessProbe === undefined && 'must have a liveness probe',
    serves && container.readinessProbe === undefined && 'must have a readiness probe',
    /^[^:]*$|:latest$|:version$|^registry\//.test(image) &&
      `must name the version of its image, not ${image}`,
  ]
  return problems.filter((problem) => problem !== false)
}
