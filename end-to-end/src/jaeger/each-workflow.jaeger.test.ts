import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { type WorkflowName, workflows } from '@flexprice/contracts/workflows'
import { testJaeger } from '@flexprice/testing'
import { expect, test } from 'vitest'
import { startBalanced } from '../balanced/balanced-stack.ts'
import { readTrace } from './jaeger-query.ts'
import { startEachWorkflow } from './start-each-workflow.ts'
import { startedWorkflows, treeProblems } from './tree-problems.ts'

const names = Object.values(workflows).map(({ definition }) => definition.name)

test.each(['otlp', 'jaeger'])(
  '%s: Jaeger shows the tree of each workflow whole, from the request in one of two gateways to the SQL of its activities',
  { timeout: 600_000 },
  async (exporter) => {
    const { queryUrl, otlpEndpoint, thriftEndpoint } = testJaeger()
    const files = mkdtempSync(path.join(tmpdir(), 'flexprice-traced-'))
    await using stack = await startBalanced({
      TRACES_EXPORTER: exporter,
      OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint,
      JAEGER_ENDPOINT: thriftEndpoint,
      FILE_STORE_URL: pathToFileURL(files).href,
    })
    await Promise.all(stack.gateways.map((gateway) => gateway.start()))
    for (const name of names) await stack.startWorker(name)
    await expect
      .poll(async () => (await fetch(`${stack.balancer.url}/health/ready`)).status, { timeout: 60_000 })
      .toBe(200)
    const traces = await startEachWorkflow(await stack.newTenant(), stack.balancer.url)
    expect([...traces.keys()].toSorted()).toEqual(names.toSorted())
    for (const [name, traceId] of traces) {
      const problems = async () => {
        const trace = await readTrace(queryUrl, traceId)
        if (trace === undefined) return ['has not arrived']
        expect(startedWorkflows(trace)).toContain(typeOf(name))
        return treeProblems(trace)
      }
      await expect.poll(problems, { timeout: 60_000, message: `${name} ${traceId}` }).toEqual([])
    }
    rmSync(files, { recursive: true })
  },
)

function typeOf(name: WorkflowName): string {
  return workflows[name].definition.type
}
