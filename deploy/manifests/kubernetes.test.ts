import { readFileSync } from 'node:fs'
import path from 'node:path'
import { workflows } from '@flexprice/contracts/workflows'
import { runCommand } from '@flexprice/local-stack/run-command'
import { afterAll, describe, expect, it } from 'vitest'
import { type KubernetesObject, readObjects, workloadsIn } from './kubernetes-objects.ts'
import { networkProblems } from './network-rules.ts'
import { podProblems } from './pod-rules.ts'
import { schemaProblems } from './schema-rules.ts'
import { serviceVariables } from './service-variables.ts'
import { startRendering } from './testing/rendering.ts'
import { keysOf, partnerProblems, referenceProblems, settingOf, variableProblems } from './wiring-rules.ts'

const queues = Object.values(workflows).map(({ definition }) => definition)
const rendering = await startRendering()
const { run, render } = rendering
afterAll(() => rendering[Symbol.dispose]())
const services = new Map((await serviceVariables()).map(({ service, variables }) => [service, variables]))
const k8s = rendering.copied('k8s')
const example = readObjects(readFileSync(path.join(k8s, 'overlays/production/secrets.example.yaml'), 'utf8'))
const toldSecrets = keysOf(example, 'Secret')

describe('an overlay without its secret', () => {
  it('is not rendered where the secret is a file: the answer names it', async () => {
    await expect(render(path.join(rendering.copied('bare'), 'overlays/local'))).rejects.toThrow(
      /secrets\/flexprice-database\.env/,
    )
  })

  it('is found where the secret is made by the cluster: nobody told of it', async () => {
    const objects = await render(path.join(k8s, 'overlays/production'))
    const untold = new Map([...toldSecrets].filter(([name]) => name !== 'flexprice-redis'))
    const users = ['gateway', 'worker-task-processing--r1', 'worker-task-processing-with-progress--r1']
    expect(referenceProblems(objects, untold)).toEqual(
      users.map(
        (name) =>
          `Deployment ${name}: REDIS_URL needs the Secret flexprice-redis with REDIS_URL, which nobody makes`,
      ),
    )
  })

  it('starts no pod in production: none of its secrets may be missing', async () => {
    const objects = await render(path.join(k8s, 'overlays/production'))
    const text = JSON.stringify(objects)
    expect(text).toContain('{"secretRef":{"name":"flexprice-file-store"}}')
    expect(text).not.toContain('"optional":true')
  })
})

describe.each([
  { overlay: 'local', outside: new Map<string, readonly string[]>(), scaled: false },
  { overlay: 'production', outside: toldSecrets, scaled: true },
])('the overlay $overlay', async ({ overlay, outside, scaled }) => {
  const folder = path.join(k8s, 'overlays', overlay)
  if (overlay === 'local') {
    await runCommand(run, 'sh', [path.join(folder, 'make-secrets.sh')], { timeoutMs: 10_000 })
  }
  const objects = await render(folder)

  it('is what Kubernetes 1.34 and KEDA take, object by object', () => {
    expect(objects.length).toBeGreaterThan(20)
    expect(objects.flatMap(schemaProblems)).toEqual([])
  })

  it('lies in its own namespace', () => {
    const elsewhere = objects.filter(
      ({ kind, metadata }) => kind !== 'Namespace' && metadata.namespace !== 'flexprice',
    )
    expect(elsewhere).toEqual([])
  })

  it('has pods that may do as little as they can, are probed, bounded, and given time to end', () => {
    const graceMs = Number(settingOf(objects, 'SHUTDOWN_GRACE_MS'))
    expect(graceMs).toBeGreaterThan(0)
    expect(workloadsIn(objects).flatMap((workload) => podProblems(workload, graceMs))).toEqual([])
  })

  it('gives every service what it needs, secrets by reference alone, and nothing that nobody reads', () => {
    expect([...referenceProblems(objects, outside), ...variableProblems(objects, services)]).toEqual([])
  })

  it('lets whoever is told of a server reach it, and nobody is told of none', () => {
    expect(networkProblems(objects, services, outside)).toEqual([])
  })

  it('has a worker for every queue, and for everything a budget and what scales it', () => {
    expect(partnerProblems(objects, queues, { scaled })).toEqual([])
  })

  it('runs one release: each image and each job has its version', () => {
    const ours = workloadsIn(objects).filter(({ pod }) => pod.containers[0]?.image.includes('/flexprice/'))
    const versions = new Set(ours.map(({ pod }) => pod.containers[0]?.image.split(':').at(-1)))
    expect(versions.size).toBe(1)
    const [version] = versions
    const jobs = objects.filter(({ kind }) => kind === 'Job').map(({ metadata }) => metadata.name)
    expect(jobs.toSorted()).toEqual([`attributes-${version}`, `migrate-${version}`, `schedules-${version}`])
  })
})

describe('the checks find', async () => {
  const objects = await render(path.join(k8s, 'overlays/production'))
  const without = (unwanted: (object: KubernetesObject) => boolean) =>
    objects.filter((object) => !unwanted(object))

  it('a worker that nothing scales, or the wrong thing', () => {
    const unscaled = without((object) => object.kind === 'ScaledObject' && isPriceSync(object))
    expect(partnerProblems(unscaled, queues, { scaled: true })).toEqual([
      'Deployment worker-price-sync--r1 is scaled by nothing',
    ])
    const elsewhere = readObjects(
      stream(objects).replace('"name":"worker-price-sync--r1"},', '"name":"other"},'),
    )
    expect(partnerProblems(elsewhere, queues, { scaled: true })).toEqual([
      'Deployment worker-price-sync--r1 is not scaled by the queue PriceSyncWorkflowTaskQueue',
    ])
  })

  it('a server that somebody reads of and cannot reach', async () => {
    const network = (unwanted: string, from = objects) =>
      networkProblems(
        from.filter(({ kind, metadata }) => kind !== 'NetworkPolicy' || metadata.name !== unwanted),
        services,
        toldSecrets,
      )
    const cut = (unwanted: string) =>
      network(unwanted).map((problem) =>
        problem.replace(/^\w+ ([\w-]+?)(--r1|-r\d.*)?: reads (\w+).*/, '$1 $3'),
      )
    expect(cut('cache')).toEqual([
      ...['gateway REDIS_URL', 'worker-task-processing REDIS_URL'],
      'worker-task-processing-with-progress REDIS_URL',
    ])
    expect(cut('traces')).toContain('worker-price-sync OTEL_EXPORTER_OTLP_ENDPOINT')
    expect(cut('files')).toContain('gateway FILE_STORE_URL')
    expect(cut('servers')).toEqual(
      expect.arrayContaining(['migrate DATABASE_OWNER_URL', 'worker-price-sync TEMPORAL_ADDRESS']),
    )
    const local = await render(path.join(k8s, 'overlays/local'))
    expect(network('of-servers', local)).toEqual(
      expect.arrayContaining([
        'Deployment gateway: reads TEMPORAL_ADDRESS, and no NetworkPolicy lets it into StatefulSet temporal at port 7233',
        'Deployment gateway: reads REDIS_URL, and no NetworkPolicy lets it into Deployment redis at port 6379',
        'Job migrate-local: reads DATABASE_URL, and no NetworkPolicy lets it into StatefulSet postgresql at port 5432',
      ]),
    )
  })

  it('a queue without a component', () => {
    const rest = without(isPriceSync)
    expect(partnerProblems(rest, queues, { scaled: true })).toEqual([
      'The queue PriceSyncWorkflowTaskQueue has no worker: run pnpm deploy:queues',
    ])
  })

  it('a field that Kubernetes does not know, one of the wrong type, and a kind that is none', () => {
    const [deployment] = objects.filter(({ kind }) => kind === 'Deployment')
    const [scaler] = objects.filter(({ kind }) => kind === 'ScaledObject')
    const wrong = [
      { ...deployment, spec: { ...Object(deployment?.spec), replica: 1 } },
      { ...scaler, spec: { ...Object(scaler?.spec), maxReplicaCount: 'ten' } },
      { ...scaler, apiVersion: 'keda.sh/v2' },
    ]
    const problems = readObjects(stream(wrong)).flatMap(schemaProblems)
    expect(problems).toHaveLength(3)
    expect(problems.join()).toMatch(/replica.*maxReplicaCount must be integer.*there is no ScaledObject/)
  })

  it('a pod that could do more than it should, or is killed too soon', () => {
    const loose = readObjects(
      JSON.stringify({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'loose' },
        spec: {
          template: {
            metadata: { labels: { 'app.kubernetes.io/part-of': 'flexprice' } },
            spec: { containers: [{ name: 'c', image: 'x:latest' }] },
          },
        },
      }),
    )
    const problems = workloadsIn(loose).flatMap((workload) => podProblems(workload, 30_000))
    for (const word of [
      'runAsNonRoot',
      'seccomp',
      'token',
      'grace',
      'privileges',
      'read-only',
      'capabilities',
      'CPU',
      'memory',
      'liveness',
      'version',
    ]) {
      expect(problems.join('\n')).toContain(word)
    }
  })

  it('a variable that is missing, that is misspelt, or that holds a secret', () => {
    const worker = stream(objects.filter(isPriceSync))
    const misspelt = readObjects(worker.replaceAll('"name":"DATABASE_URL"', '"name":"DATABASE_ULR"'))
    expect(variableProblems(misspelt, services)).toEqual([
      'Deployment worker-price-sync--r1: DATABASE_URL is required and not given',
      'Deployment worker-price-sync--r1: DATABASE_ULR is read by no worker-price-sync',
    ])
    const open = readObjects(worker.replace('"name":"NODE_OPTIONS"', '"name":"SOME_PASSWORD"'))
    expect(referenceProblems(open, toldSecrets)).toContainEqual(
      'Deployment worker-price-sync--r1: SOME_PASSWORD must come from a Secret',
    )
  })
})

function isPriceSync({ metadata }: KubernetesObject): boolean {
  return metadata.labels['app.kubernetes.io/name'] === 'worker-price-sync'
}

function stream(objects: readonly object[]): string {
  return objects.map((object) => JSON.stringify(object)).join('\n---\n')
}
