import type { DeclaredVariable } from '@flexprice/configuration'
import { z } from 'zod'
import { type KubernetesObject, titleOf, type Workload, workloadsIn } from './kubernetes-objects.ts'

/** What each service declares that it reads, by the service's name. */
export type ServicesVariables = ReadonlyMap<string, readonly DeclaredVariable[]>

/** Names and keys of the Secrets that an overlay is given from outside. */
export type SecretKeys = ReadonlyMap<string, readonly string[]>

const dataSchema = z.looseObject({
  data: z.record(z.string(), z.string()).default({}),
  stringData: z.record(z.string(), z.string()).default({}),
})
/** Variables of Node's own, and of the SDK of the file store. */
const ofOthers = new Set(['NODE_OPTIONS'])
const secretNames = /(_URL|_KEY|_DATA|PASSWORD|SECRET|TOKEN)$/

export function keysOf(objects: readonly KubernetesObject[], kind: 'Secret' | 'ConfigMap'): SecretKeys {
  return new Map(
    objects
      .filter((object) => object.kind === kind)
      .map((object) => {
        const { data, stringData } = dataSchema.parse(object)
        return [object.metadata.name, Object.keys({ ...data, ...stringData })]
      }),
  )
}

/** Each reference to a Secret or a ConfigMap leads somewhere, and no value that is secret stands in a manifest. */
export function referenceProblems(objects: readonly KubernetesObject[], outside: SecretKeys): string[] {
  const secrets = new Map([...outside, ...keysOf(objects, 'Secret')])
  const settings = keysOf(objects, 'ConfigMap')
  return workloadsIn(objects).flatMap(({ title, pod }) =>
    [...pod.initContainers, ...pod.containers].flatMap((container) => [
      ...container.env.flatMap(({ name, value, valueFrom }) => {
        const wanted = valueFrom?.secretKeyRef
        if (wanted === undefined) {
          return value !== undefined && secretNames.test(name)
            ? [`${title}: ${name} must come from a Secret`]
            : []
        }
        return secrets.get(wanted.name)?.includes(wanted.key)
          ? []
          : [`${title}: ${name} needs the Secret ${wanted.name} with ${wanted.key}, which nobody makes`]
      }),
      ...container.envFrom.flatMap(({ secretRef, configMapRef }) => [
        ...(secretRef === undefined || secretRef.optional || secrets.has(secretRef.name)
          ? []
          : [`${title}: there is no Secret ${secretRef.name}`]),
        ...(configMapRef === undefined || settings.has(configMapRef.name)
          ? []
          : [`${title}: there is no ConfigMap ${configMapRef.name}`]),
      ]),
    ]),
  )
}

/** Each service has what it cannot start without, and is given nothing that no service reads. */
export function variableProblems(
  objects: readonly KubernetesObject[],
  services: ServicesVariables,
): string[] {
  const settings = keysOf(objects, 'ConfigMap')
  return workloadsIn(objects).flatMap((workload) => {
    const [container] = workload.pod.containers
    const service = container === undefined ? undefined : serviceOf(container.image)
    if (container === undefined || service === undefined) return []
    const declared = services.get(service)
    if (declared === undefined) return [`${workload.title}: runs ${service}, which is no service`]
    const named = container.env.map(({ name }) => name)
    const shared = container.envFrom.flatMap(
      ({ configMapRef }) => settings.get(configMapRef?.name ?? '') ?? [],
    )
    return [
      ...(workload.kind === 'Job' ? [] : missing(workload, declared, new Set([...named, ...shared]))),
      ...named
        .filter((name) => !ofOthers.has(name) && !declared.some((variable) => variable.name === name))
        .map((name) => `${workload.title}: ${name} is read by no ${service}`),
      ...shared
        .filter((name) => ![...services.values()].flat().some((variable) => variable.name === name))
        .map((name) => `${workload.title}: no service reads ${name}`),
    ]
  })
}

function missing(
  { title }: Workload,
  declared: readonly DeclaredVariable[],
  given: ReadonlySet<string>,
): string[] {
  return declared
    .filter(({ name, required }) => required && !given.has(name))
    .map(({ name }) => `${title}: ${name} is required and not given`)
}

/** `images.example.com/flexprice/gateway:0.1.0` → `gateway`; undefined for other people's images. */
export function serviceOf(image: string): string | undefined {
  return image.match(/\/flexprice\/([a-z-]+):/)?.[1]
}

const nameLabel = 'app.kubernetes.io/name'

/** Every queue has its worker, and every Deployment of ours its disruption budget and what scales it. */
export function partnerProblems(
  objects: readonly KubernetesObject[],
  queues: readonly { readonly name: string; readonly taskQueue: string }[],
  { scaled }: { readonly scaled: boolean },
): string[] {
  // By what it is, as its name may have a version.
  const find = (kind: string, name: string | undefined) =>
    objects.find((object) => object.kind === kind && object.metadata.labels[nameLabel] === name)
  const ours = objects.filter(
    ({ kind, metadata }) =>
      kind === 'Deployment' && metadata.labels['app.kubernetes.io/part-of'] === 'flexprice',
  )
  return [
    ...queues.flatMap(({ name, taskQueue }) => {
      const worker = find('Deployment', `worker-${name}`)
      if (!worker) return [`The queue ${taskQueue} has no worker: run pnpm deploy:queues`]
      const scaler = find('ScaledObject', `worker-${name}`)
      if (!scaler) return scaled ? [`${titleOf(worker)} is scaled by nothing`] : []
      const { scaleTargetRef, triggers } = scalerSchema.parse(scaler).spec
      return scaleTargetRef.name === worker.metadata.name && triggers[0]?.metadata.taskQueue === taskQueue
        ? []
        : [`${titleOf(worker)} is not scaled by the queue ${taskQueue}`]
    }),
    ...ours.flatMap((object) =>
      find('PodDisruptionBudget', object.metadata.labels[nameLabel])
        ? []
        : [`${titleOf(object)} has no PodDisruptionBudget`],
    ),
    ...(objects.some(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === 'deny-all')
      ? []
      : ['Nothing denies what is not allowed: there is no NetworkPolicy deny-all']),
  ]
}

const scalerSchema = z.looseObject({
  spec: z.looseObject({
    scaleTargetRef: z.looseObject({ name: z.string() }),
    triggers: z.array(z.looseObject({ metadata: z.record(z.string(), z.string()) })),
  }),
})

/** A value of the overlay's settings. */
export function settingOf(objects: readonly KubernetesObject[], name: string): string | undefined {
  return objects
    .filter(({ kind }) => kind === 'ConfigMap')
    .map((object) => dataSchema.parse(object).data[name])
    .find((value) => value !== undefined)
}
