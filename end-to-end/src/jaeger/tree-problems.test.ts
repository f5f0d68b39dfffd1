import { expect, test } from 'vitest'
import type { JaegerSpan } from './jaeger-query.ts'
import { startedWorkflows, treeProblems } from './tree-problems.ts'

const span = (id: string, parentId: string | undefined, service: string, name: string): JaegerSpan => ({
  ...{ id, parentId, service, name },
  isSql: name === 'SELECT',
  failed: false,
})
const request = span('1', undefined, 'gateway', 'POST /v1/plans/:id/sync/subscriptions')
const started = span('2', '1', 'gateway', 'SignalWithStartWorkflow:PriceSyncWorkflow')
const work = span('3', '2', 'worker-price-sync', 'RunActivity:beginPriceSync')
const sql = span('4', '3', 'worker-price-sync', 'SELECT')
const problemsOf = (...spans: JaegerSpan[]) => treeProblems({ id: 't', spans })

test('a whole tree has no problem, and tells which workflow it started', () => {
  expect(problemsOf(request, started, work, sql)).toEqual([])
  expect(startedWorkflows({ id: 't', spans: [request, started] })).toEqual(['PriceSyncWorkflow'])
})

test.each([
  ['the request', [started, work, sql], 'has lost its parent'],
  ['the start', [request, work, sql], 'has lost its parent'],
  ['the activity', [request, started, sql], 'has lost its parent'],
  ['the activity and its SQL', [request, started], 'has no activity'],
  ['the SQL', [request, started, work], 'has RunActivity:beginPriceSync without SQL'],
  ['what is below the request', [request], 'starts no workflow'],
  ['all', [], 'has 0 roots'],
])('without %s it has one', (_, spans, problem) => {
  expect(problemsOf(...spans).join('\n')).toContain(problem)
})

test('an activity that begins a trace of its own is a second root', () => {
  const alone = { ...work, parentId: undefined }
  expect(problemsOf(request, started, alone, sql)).toContain(
    'gateway SignalWithStartWorkflow:PriceSyncWorkflow has no activity',
  )
})
