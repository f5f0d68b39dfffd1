import path from 'node:path'
import { type CommandRun, runCommand } from '@flexprice/local-stack/run-command'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'

const envSource = z.looseObject({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z
    .looseObject({
      secretKeyRef: z.looseObject({ name: z.string(), key: z.string() }).optional(),
      fieldRef: z.looseObject({ fieldPath: z.string() }).optional(),
    })
    .optional(),
})
const namedSource = z.looseObject({ name: z.string(), optional: z.boolean().default(false) })
const probe = z.looseObject({}).optional()
const containerSchema = z.looseObject({
  name: z.string(),
  image: z.string(),
  args: z.array(z.string()).default([]),
  env: z.array(envSource).default([]),
  envFrom: z
    .array(z.looseObject({ configMapRef: namedSource.optional(), secretRef: namedSource.optional() }))
    .default([]),
  startupProbe: probe,
  livenessProbe: probe,
  readinessProbe: probe,
  resources: z
    .looseObject({
      requests: z.record(z.string(), z.string()).default({}),
      limits: z.record(z.string(), z.string()).default({}),
    })
    .optional(),
  securityContext: z
    .looseObject({
      allowPrivilegeEscalation: z.boolean().optional(),
      privileged: z.boolean().optional(),
      readOnlyRootFilesystem: z.boolean().optional(),
      capabilities: z
        .looseObject({ drop: z.array(z.string()).default([]), add: z.array(z.string()).default([]) })
        .optional(),
    })
    .optional(),
})
const podSchema = z.looseObject({
  automountServiceAccountToken: z.boolean().optional(),
  enableServiceLinks: z.boolean().optional(),
  hostNetwork: z.boolean().optional(),
  terminationGracePeriodSeconds: z.number().default(30),
  topologySpreadConstraints: z.array(z.looseObject({ topologyKey: z.string() })).default([]),
  securityContext: z
    .looseObject({
      runAsNonRoot: z.boolean().optional(),
      runAsUser: z.number().optional(),
      seccompProfile: z.looseObject({ type: z.string() }).optional(),
    })
    .optional(),
  containers: z.array(containerSchema),
  initContainers: z.array(containerSchema).default([]),
  volumes: z.array(z.looseObject({ name: z.string(), hostPath: z.unknown().optional() })).default([]),
})
const objectSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).default({}),
  }),
})
const workloadSchema = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({
      metadata: z.looseObject({ labels: z.record(z.string(), z.string()).default({}) }),
      spec: podSchema,
    }),
  }),
})

export type KubernetesObject = z.infer<typeof objectSchema>
export type Container = z.infer<typeof containerSchema>

/** A Deployment, StatefulSet or Job, with the pod that it makes. */
export interface Workload {
  /** `Deployment gateway`. */
  readonly title: string
  readonly kind: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly pod: z.infer<typeof podSchema>
}

const renderTimeoutMs = 60_000

/** What `kubectl kustomize` makes of a folder. Throws what kubectl says, as when a Secret's file is missing. */
export async function renderOverlay(
  run: CommandRun,
  kubectl: string,
  folder: string,
): Promise<KubernetesObject[]> {
  const text = await runCommand(run, kubectl, ['kustomize', path.resolve(folder)], {
    timeoutMs: renderTimeoutMs,
  })
  return readObjects(text)
}

export function readObjects(text: string): KubernetesObject[] {
  return parseAllDocuments(text, { merge: true }).map((document) => objectSchema.parse(document.toJS()))
}

export function titleOf({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata.name}`
}

export function workloadsIn(objects: readonly KubernetesObject[]): Workload[] {
  return objects
    .filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet' || kind === 'Job')
    .map((object) => {
      const { template } = workloadSchema.parse(object).spec
      return {
        title: titleOf(object),
        kind: object.kind,
        name: object.metadata.name,
        labels: template.metadata.labels,
        pod: template.spec,
      }
    })
}
