import { workerFlags } from '@flexprice/local-stack/worker-flags'
import { stringify } from 'yaml'

/** One task queue: its workflow, and what its worker reads of the environment. */
export interface Queue {
  /** `price-sync`, as its worker's folder. */
  readonly name: string
  readonly taskQueue: string
  /** Names of the variables that the worker's `config.ts` declares. */
  readonly variables: readonly string[]
}

export const queuesFolder = 'k8s/queues'

/** Secrets by the variables that they hold; each workload gets those that its service reads. */
export const secretOfVariable: Readonly<Record<string, string>> = {
  DATABASE_URL: 'flexprice-database',
  REDIS_URL: 'flexprice-redis',
}

/**
 * The files of `k8s/queues`, by their paths: a kustomize component a queue, and one that lists them all. A definition
 * is all that they are made from, so a new workflow has its Deployment, its scaling and its budget by one command.
 */
export function queueComponents(queues: readonly Queue[]): ReadonlyMap<string, string> {
  const sorted = queues.toSorted((a, b) => a.name.localeCompare(b.name))
  return new Map([
    [
      `${queuesFolder}/kustomization.yaml`,
      written(component({ components: sorted.map(({ name }) => name) })),
    ],
    ...sorted.flatMap((queue) => {
      const objects = {
        'deployment.yaml': deployment(queue),
        'disruption-budget.yaml': disruptionBudget(queue),
        'scaled-object.yaml': scaledObject(queue),
      }
      const folder = `${queuesFolder}/${queue.name}`
      return [
        [`${folder}/kustomization.yaml`, written(component({ resources: Object.keys(objects) }))] as const,
        ...Object.entries(objects).map(([file, object]) => [`${folder}/${file}`, written(object)] as const),
      ]
    }),
  ])
}

export function written(object: object): string {
  return `# Made by pnpm deploy:queues from the workflow definitions: change it in deploy/manifests.\n${stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })}`
}

function component(content: object): object {
  return { apiVersion: 'kustomize.config.k8s.io/v1alpha1', kind: 'Component', ...content }
}

const healthPort = 9_090
/** Activities of one worker at once, `ACTIVITY_SLOTS`: so many busy ones hold one replica. */
const slotsOfReplica = 10
/** Tasks that wait for one replica: more of them bring another. */
const backlogOfReplica = 20
const replicasMin = 1
const replicasMax = 10
/** Above `SHUTDOWN_GRACE_MS`, what Temporal's core takes beyond it, and the worker's own limit. */
const terminationSeconds = 60

function labelsOf({ name }: Queue) {
  return {
    'app.kubernetes.io/name': `worker-${name}`,
    'app.kubernetes.io/component': 'worker',
    'app.kubernetes.io/part-of': 'flexprice',
  }
}

function selectorOf({ name }: Queue) {
  return { 'app.kubernetes.io/name': `worker-${name}` }
}

/** No `replicas`: they are KEDA's, or one where there is none. */
function deployment(queue: Queue): object {
  const labels = labelsOf(queue)
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: `worker-${queue.name}`, labels },
    spec: {
      selector: { matchLabels: selectorOf(queue) },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: { labels },
        spec: {
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: terminationSeconds,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 10_001,
            runAsGroup: 10_001,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          topologySpreadConstraints: ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map(
            (topologyKey) => ({
              maxSkew: 1,
              topologyKey,
              whenUnsatisfiable: 'ScheduleAnyway',
              labelSelector: { matchLabels: selectorOf(queue) },
            }),
          ),
          containers: [container(queue)],
          volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '256Mi' } }],
        },
      },
    },
  }
}

function container({ name, variables }: Queue): object {
  const probe = (path: string) => ({ httpGet: { path, port: 'health' } })
  return {
    name: 'worker',
    image: `registry/flexprice/worker-${name}:version`,
    env: [{ name: 'NODE_OPTIONS', value: workerFlags(name).join(' ') }, ...secretVariables(variables)],
    envFrom: [
      { configMapRef: { name: 'flexprice' } },
      { secretRef: { name: 'flexprice-temporal', optional: true } },
      ...(variables.includes('FILE_STORE_URL')
        ? [{ secretRef: { name: 'flexprice-file-store', optional: true } }]
        : []),
    ],
    ports: [{ name: 'health', containerPort: healthPort }],
    // Bundling the workflows takes seconds where the image has no bundle, and what it depends on may come later.
    startupProbe: { ...probe('/health/live'), periodSeconds: 2, failureThreshold: 60 },
    livenessProbe: { ...probe('/health/live'), periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
    readinessProbe: { ...probe('/health/ready'), periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 3 },
    resources: { requests: { cpu: '250m', memory: '384Mi' }, limits: { memory: '1Gi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
  }
}

function secretVariables(variables: readonly string[]): object[] {
  return variables.flatMap((name) => {
    const secret = secretOfVariable[name]
    return secret === undefined ? [] : [{ name, valueFrom: { secretKeyRef: { name: secret, key: name } } }]
  })
}

function disruptionBudget(queue: Queue): object {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: `worker-${queue.name}`, labels: labelsOf(queue) },
    spec: {
      maxUnavailable: 1,
      // One that is not ready does no work: it must not hold up a node's drain.
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
      selector: { matchLabels: selectorOf(queue) },
    },
  }
}

/**
 * Up by what waits in the queue, by Temporal's own count; down no further than the activities that still run need,
 * as an empty queue says nothing of them. While either cannot be asked nothing is scaled down.
 */
function scaledObject(queue: Queue): object {
  const busy = `sum(temporal_worker_task_slots_used{worker_type=~"ActivityWorker|LocalActivityWorker",task_queue="${queue.taskQueue}"})`
  return {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name: `worker-${queue.name}`, labels: labelsOf(queue) },
    spec: {
      scaleTargetRef: { name: `worker-${queue.name}` },
      minReplicaCount: replicasMin,
      maxReplicaCount: replicasMax,
      pollingInterval: 10,
      fallback: { failureThreshold: 3, replicas: replicasMin, behavior: 'currentReplicasIfHigher' },
      advanced: {
        horizontalPodAutoscalerConfig: {
          behavior: {
            scaleUp: {
              stabilizationWindowSeconds: 0,
              policies: [{ type: 'Pods', value: 2, periodSeconds: 30 }],
            },
            scaleDown: {
              stabilizationWindowSeconds: 300,
              policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }],
            },
          },
        },
      },
      triggers: [
        {
          type: 'temporal',
          name: 'backlog',
          metadata: {
            endpointFromEnv: 'TEMPORAL_ADDRESS',
            namespaceFromEnv: 'TEMPORAL_NAMESPACE',
            taskQueue: queue.taskQueue,
            queueTypes: 'workflow,activity',
            targetQueueSize: String(backlogOfReplica),
            enableTLS: 'false',
          },
        },
        {
          type: 'prometheus',
          name: 'busy-slots',
          metadata: {
            serverAddress: 'http://prometheus.monitoring:9090',
            query: busy,
            threshold: String(slotsOfReplica),
            // Nobody busy is no error: before the first activity there is no such series.
            ignoreNullValues: 'true',
          },
        },
      ],
    },
  }
}
