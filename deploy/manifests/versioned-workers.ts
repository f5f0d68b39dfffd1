import { stringify } from 'yaml'
import { type Queue, written } from './queue-components.ts'

export const versionsFile = 'k8s/versions/kustomization.yaml'

/** Between a worker's name and its version, in the names of what is deployed of it. */
const mark = '--'
const placeholder = 'version'
const label = 'app.kubernetes.io/version'
const labelPath = label.replace('/', '~1')

/**
 * A kustomize component that lets two releases of the workers stand side by side: what is deployed of a worker has the
 * release's version in its name, its labels and its selectors, and its pods tell Temporal which version they are. So a
 * release adds its pods, and the ones before stay for the runs that began on them.
 */
export function versionedWorkers(queues: readonly Queue[]): ReadonlyMap<string, string> {
  const names = queues.map(({ name }) => `worker-${name}`).toSorted()
  const patches = [
    ofAll('Deployment', [
      ...[
        '/metadata/labels',
        '/spec/selector/matchLabels',
        '/spec/template/metadata/labels',
        '/spec/template/spec/topologySpreadConstraints/0/labelSelector/matchLabels',
        '/spec/template/spec/topologySpreadConstraints/1/labelSelector/matchLabels',
      ].map(labelled),
      fromLabel('TEMPORAL_DEPLOYMENT_NAME', 'app.kubernetes.io/name'),
      fromLabel('TEMPORAL_WORKER_BUILD_ID', label),
    ]),
    ofAll('PodDisruptionBudget', ['/metadata/labels', '/spec/selector/matchLabels'].map(labelled)),
    ofAll('ScaledObject', [labelled('/metadata/labels'), backlogOf('BuildId', placeholder)]),
    ...names.flatMap((name) => [
      renamed('Deployment', name),
      renamed('PodDisruptionBudget', name),
      renamed('ScaledObject', name, [
        { op: 'replace', path: '/spec/scaleTargetRef/name', value: `${name}${mark}${placeholder}` },
        backlogOf('Name', name),
      ]),
    ]),
  ]
  const component = {
    apiVersion: 'kustomize.config.k8s.io/v1alpha1',
    kind: 'Component',
    patches,
    replacements: [
      {
        source: { kind: 'ConfigMap', name: 'release', fieldPath: 'data.version' },
        targets: ['Deployment', 'PodDisruptionBudget', 'ScaledObject'].flatMap(targetsOf),
      },
    ],
  }
  return new Map([[versionsFile, written(component)]])
}

interface Change {
  readonly op: 'add' | 'replace'
  readonly path: string
  readonly value: unknown
}

const workers = { labelSelector: 'app.kubernetes.io/component=worker' }

function ofAll(kind: string, changes: readonly Change[]): object {
  return { target: { kind, ...workers }, patch: stringify(changes) }
}

function renamed(kind: string, name: string, changes: readonly Change[] = []): object {
  const all = [{ op: 'replace', path: '/metadata/name', value: `${name}${mark}${placeholder}` }, ...changes]
  return { target: { kind, name }, patch: stringify(all), options: { allowNameChange: true } }
}

function labelled(path: string): Change {
  return { op: 'add', path: `${path}/${labelPath}`, value: placeholder }
}

/** By the downward API: the pod's labels say it already. */
function fromLabel(name: string, key: string): Change {
  const value = { name, valueFrom: { fieldRef: { fieldPath: `metadata.labels['${key}']` } } }
  return { op: 'add', path: '/spec/template/spec/containers/0/env/-', value }
}

/** Whose backlog scales it: its own version's. */
function backlogOf(part: 'Name' | 'BuildId', value: string): Change {
  return { op: 'add', path: `/spec/triggers/0/metadata/workerDeployment${part}`, value }
}

function targetsOf(kind: string): object[] {
  const select = { kind, ...workers }
  const whole = {
    Deployment: [
      'metadata.labels',
      'spec.selector.matchLabels',
      'spec.template.metadata.labels',
      'spec.template.spec.topologySpreadConstraints.*.labelSelector.matchLabels',
    ],
    PodDisruptionBudget: ['metadata.labels', 'spec.selector.matchLabels'],
    ScaledObject: ['metadata.labels'],
  }[kind]
  return [
    {
      select,
      fieldPaths: [
        ...(whole ?? []).map((path) => `${path}.[${label}]`),
        ...(kind === 'ScaledObject' ? ['spec.triggers.0.metadata.workerDeploymentBuildId'] : []),
      ],
    },
    {
      select,
      fieldPaths: ['metadata.name', ...(kind === 'ScaledObject' ? ['spec.scaleTargetRef.name'] : [])],
      options: { delimiter: mark, index: 1 },
    },
  ]
}
