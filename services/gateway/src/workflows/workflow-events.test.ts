import type { WorkflowResultResponse } from '@flexprice/contracts/wire'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { furtherThan } from './progress-percent.ts'
import { lastEvent, workflowEvents } from './workflow-events.ts'
import type { Watched } from './workflow-watches.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

const running = { message: 'm', workflow_id: 'w', run_id: 'r', status: 'Running' } as const
const at = (percent: number): WorkflowResultResponse => ({ ...running, progress: { percent } })

/** A run whose state is what the test says, asked after once a second. */
function watchedAs(state: () => WorkflowResultResponse): Watched {
  return {
    state,
    tick: () => new Promise((resolve) => setTimeout(resolve, 1_000)),
    isOver: () => false,
    failure: () => undefined,
    leave: () => undefined,
  }
}

/** What is said within so many seconds, each with its second. */
async function saidWithin(seconds: number, state: () => WorkflowResultResponse, from = 0) {
  const gone = new AbortController()
  const said: [second: number, text: string][] = []
  const began = performance.now()
  const listening = (async () => {
    for await (const text of workflowEvents(watchedAs(state), { from, gone: gone.signal })) {
      const [kind = ''] = /^id: .+|^:|^retry/.exec(text) ?? []
      said.push([Math.round((performance.now() - began) / 1_000), kind])
    }
  })()
  await vi.advanceTimersByTimeAsync(seconds * 1_000)
  gone.abort()
  await vi.advanceTimersByTimeAsync(1_000)
  await listening
  return said
}

test('a comment comes after each 15 s of silence, and the same state is told once', async () => {
  expect(await saidWithin(40, () => at(5))).toEqual([
    [0, 'retry'],
    [0, 'id: r:5'],
    [15, ':'],
    [30, ':'],
  ])
})

test('a listener that comes again is told nothing that lies behind what it has seen', async () => {
  let percent = 0
  const said = await saidWithin(4, () => at(percent++ * 20), 50)
  expect(said.map(([, text]) => text)).toEqual(['retry', 'id: r:60', 'id: r:80'])
})

test('a stream ends after 15 minutes, so that its key is looked at again', async () => {
  const said = await saidWithin(3_600, () => at(5))
  expect(said.at(-1)?.[0]).toBeLessThanOrEqual(900)
  expect(said.length).toBeGreaterThan(50)
})

test('a state is never told less far than the one before it, nor without the progress that was known', () => {
  expect(furtherThan(at(40), at(30))).toEqual(at(40))
  expect(furtherThan(at(40), at(50.5))).toEqual(at(50.5))
  expect(furtherThan(at(40), running)).toEqual(at(40))
  const completed = { ...running, status: 'Completed', result: 1 } as const
  expect(furtherThan(at(40), completed)).toBe(completed)
})

test('an id of ours says which run, how far and whether that was all; any other begins anew', () => {
  expect(lastEvent('r-1:40.5')).toEqual({ runId: 'r-1', isEnd: false, percent: 40.5 })
  expect(lastEvent('r-1:end')).toEqual({ runId: 'r-1', isEnd: true, percent: 0 })
  for (const other of [undefined, '', 'r-1', 'r-1:x', ':5', '7', ['a', 'b']]) {
    expect(lastEvent(other)).toBeUndefined()
  }
})
