import { z } from 'zod'
import { type KubernetesObject, type Workload, workloadsIn } from './kubernetes-objects.ts'
import { keysOf, type SecretKeys, type ServicesVariables, serviceOf, settingOf } from './wiring-rules.ts'

/** What stands behind a variable, by the port where it is unless its value says another. */
const portsBehind = {
  DATABASE_URL: 5432,
  DATABASE_OWNER_URL: 5432,
  REDIS_URL: 6379,
  TEMPORAL_ADDRESS: 7233,
  OTEL_EXPORTER_OTLP_ENDPOINT: 4318,
  FILE_STORE_URL: 443,
} as const

/**
 * Whoever is told where something is, and reads it, may reach it: a policy lets its pods out to that port, and where the
 * server is of the overlay, a policy lets them in.
 */
export function networkProblems(
  objects: readonly KubernetesObject[],
  services: ServicesVariables,
  outside: SecretKeys,
): string[] {
  const policies = objects
    .filter(({ kind }) => kind === 'NetworkPolicy')
    .map((object) => policySchema.parse(object).spec)
  const secrets = new Map([...outside, ...keysOf(objects, 'Secret')])
  return workloadsIn(objects).flatMap((workload) => {
    const given = variablesOf(workload, objects, secrets)
    const service = serviceOf(workload.pod.containers[0]?.image ?? '')
    const read = services.get(service ?? '') ?? []
    return Object.entries(portsBehind)
      .filter(([name]) => given.has(name) && read.some((variable) => variable.name === name))
      .flatMap(([name, usual]) => {
        const address = given.get(name) ?? ''
        const port = Number(/:(\d+)(?:[/?]|$)/.exec(address)?.[1] ?? usual)
        const told = `${workload.title}: reads ${name}, and no NetworkPolicy lets it`
        const server = serverAt(address, objects)
        return [
          ...(goesOut(policies, workload, port) ? [] : [`${told} out to port ${port}`]),
          ...(server === undefined || comesIn(policies, { server, client: workload, port })
            ? []
            : [`${told} into ${server.title} at port ${port}`]),
        ]
      })
  })
}

/** By name; the value where the overlay has it. */
function variablesOf(
  { pod }: Workload,
  objects: readonly KubernetesObject[],
  secrets: SecretKeys,
): ReadonlyMap<string, string> {
  const [container] = pod.containers
  const settings = keysOf(objects, 'ConfigMap')
  const all = (container?.envFrom ?? []).flatMap(({ configMapRef, secretRef }) => [
    ...(settings.get(configMapRef?.name ?? '') ?? []),
    ...(secrets.get(secretRef?.name ?? '') ?? []),
  ])
  return new Map([
    ...all.map((name) => [name, settingOf(objects, name) ?? ''] as const),
    ...(container?.env ?? []).map(({ name, value, valueFrom }) => {
      const { name: secret, key } = valueFrom?.secretKeyRef ?? { name: '', key: '' }
      return [name, value ?? secretIn(objects, secret, key)] as const
    }),
  ])
}

function secretIn(objects: readonly KubernetesObject[], name: string, key: string): string {
  const secret = objects.find(({ kind, metadata }) => kind === 'Secret' && metadata.name === name)
  const { data } = secretSchema.parse(secret ?? {})
  return Buffer.from(data[key] ?? '', 'base64').toString()
}

/** The overlay's own, where the address names its Service. */
function serverAt(address: string, objects: readonly KubernetesObject[]): Workload | undefined {
  const host = /^(?:\w+:\/\/(?:[^@/]*@)?)?([\w-]+):\d+/.exec(address)?.[1]
  const service = objects.find(({ kind, metadata }) => kind === 'Service' && metadata.name === host)
  if (service === undefined) return undefined
  const matchLabels = serviceSchema.parse(service).spec.selector
  return workloadsIn(objects).find(({ labels }) => selects({ matchLabels, matchExpressions: [] }, labels))
}

function goesOut(policies: readonly Policy[], { labels }: Workload, port: number): boolean {
  return policies.some(
    ({ podSelector, egress }) =>
      selects(podSelector, labels) && egress.some(({ to, ports }) => to.length > 0 && hasPort(ports, port)),
  )
}

function comesIn(
  policies: readonly Policy[],
  { server, client, port }: { server: Workload; client: Workload; port: number },
): boolean {
  return policies.some(
    ({ podSelector, ingress }) =>
      selects(podSelector, server.labels) &&
      ingress.some(
        ({ from, ports }) =>
          hasPort(ports, port) &&
          from.some((one) => one.podSelector !== undefined && selects(one.podSelector, client.labels)),
      ),
  )
}

function hasPort(ports: Rule['ports'], port: number): boolean {
  return ports.some((one) => one.port === port && one.protocol === 'TCP')
}

/** As Kubernetes reads a label selector: an empty one selects all. */
function selects({ matchLabels, matchExpressions }: Selector, labels: Workload['labels']): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(
      ({ key, operator, values }) => values.includes(labels[key] ?? '') === (operator === 'In'),
    )
  )
}

const selectorSchema = z.strictObject({
  matchLabels: z.record(z.string(), z.string()).default({}),
  matchExpressions: z
    .array(
      z.strictObject({ key: z.string(), operator: z.enum(['In', 'NotIn']), values: z.array(z.string()) }),
    )
    .default([]),
})
const peers = z.array(z.looseObject({ podSelector: selectorSchema.optional() })).default([])
const ports = z.array(z.looseObject({ protocol: z.string(), port: z.number() })).default([])
const policySchema = z.looseObject({
  spec: z.looseObject({
    podSelector: selectorSchema,
    egress: z.array(z.looseObject({ to: peers, ports })).default([]),
    ingress: z.array(z.looseObject({ from: peers, ports })).default([]),
  }),
})
const secretSchema = z.looseObject({ data: z.record(z.string(), z.string()).default({}) })
const serviceSchema = z.looseObject({ spec: z.looseObject({ selector: z.record(z.string(), z.string()) }) })

type Selector = z.infer<typeof selectorSchema>
type Policy = z.infer<typeof policySchema>['spec']
type Rule = Policy['egress'][number]
