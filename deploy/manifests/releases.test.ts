import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { workflows } from '@flexprice/contracts/workflows'
import { afterAll, describe, expect, it } from 'vitest'
import { type KubernetesObject, titleOf, workloadsIn } from './kubernetes-objects.ts'
import { startRendering } from './testing/rendering.ts'

const queues = Object.values(workflows)
const rendering = await startRendering()
afterAll(() => rendering[Symbol.dispose]())

describe('releases of the workers', () => {
  const releaseOf = async (version: string) => {
    const folder = path.join(rendering.copied(version), 'overlays/production')
    const file = path.join(folder, 'release.yaml')
    writeFileSync(file, readFileSync(file, 'utf8').replace('version: r1', `version: ${version}`))
    return rendering.render(folder)
  }
  const ofWorkers = (objects: readonly KubernetesObject[]) =>
    objects.filter(({ metadata }) => metadata.labels['app.kubernetes.io/component'] === 'worker')

  it('stand side by side: the next one changes nothing of what the one before has', async () => {
    const [before, next] = [ofWorkers(await releaseOf('r1')), ofWorkers(await releaseOf('r2'))]
    expect(before).toHaveLength(3 * queues.length)
    const titles = new Set(before.map(titleOf))
    expect(next.filter((object) => titles.has(titleOf(object)))).toEqual([])
    // No selector of either has the pods of the other.
    for (const [objects, version] of [
      [before, 'r1'],
      [next, 'r2'],
    ] as const) {
      for (const object of objects.filter(({ kind }) => kind !== 'ScaledObject')) {
        expect(object, titleOf(object)).toMatchObject({
          spec: { selector: { matchLabels: { 'app.kubernetes.io/version': version } } },
        })
      }
    }
  })

  it('tell Temporal who they are, and each is scaled by its own backlog', async () => {
    const objects = ofWorkers(await releaseOf('r2')).filter(
      ({ metadata }) => metadata.labels['app.kubernetes.io/name'] === 'worker-price-sync',
    )
    const [worker] = workloadsIn(objects)
    const given = worker?.pod.containers[0]?.env.map(({ name, valueFrom }) => [name, valueFrom?.fieldRef])
    expect(given).toContainEqual([
      'TEMPORAL_DEPLOYMENT_NAME',
      { fieldPath: "metadata.labels['app.kubernetes.io/name']" },
    ])
    expect(given).toContainEqual([
      'TEMPORAL_WORKER_BUILD_ID',
      { fieldPath: "metadata.labels['app.kubernetes.io/version']" },
    ])
    expect(worker?.labels).toMatchObject({
      'app.kubernetes.io/name': 'worker-price-sync',
      'app.kubernetes.io/version': 'r2',
    })
    expect(objects.find(({ kind }) => kind === 'ScaledObject')).toMatchObject({
      spec: {
        scaleTargetRef: { name: 'worker-price-sync--r2' },
        triggers: [
          { metadata: { workerDeploymentName: 'worker-price-sync', workerDeploymentBuildId: 'r2' } },
          {},
        ],
      },
    })
  })
})
