import { expect } from 'vitest'
import { z } from 'zod'
import type { Answer, Caller } from './caller-under-test.ts'

const started = z.object({ workflow_id: z.string(), run_id: z.string() })
const moved = z.looseObject({
  status: z.string(),
  result: z.looseObject({ billing_run_id: z.string() }).optional(),
})

/** Asks for a move of the caller's test clock, and does not wait for it. */
export function askForMove(caller: Caller, now: string, headers = {}): Promise<Answer> {
  return caller.call('POST', '/environments/current/clock', { now }, headers)
}

/** How a move ended: the workflow's state, with its result. */
export async function outcomeOf(caller: Caller, asked: Answer) {
  expect(asked).toMatchObject({ status: 202 })
  const { workflow_id, run_id } = started.parse(asked.body)
  const path = `/tasks/result?workflow_id=${workflow_id}&run_id=${run_id}&wait=20s`
  return moved.parse((await caller.call('GET', path)).body)
}

/** Moves the caller's test clock by the API, to the end. */
export async function moveClock(caller: Caller, now: string) {
  const outcome = await outcomeOf(caller, await askForMove(caller, now))
  expect(outcome).toMatchObject({ status: 'Completed' })
  return outcome.result
}
