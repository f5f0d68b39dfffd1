import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { jsonLines, runCli } from './testing/cli-process.ts'
import { startScriptedGateway } from './testing/scripted-gateway.ts'

const execution = { message: 'it is', workflow_id: 'task:task_1', run_id: 'run' }
const running = (percent: number) => ({ ...execution, status: 'Running', progress: { percent } })
const done = (counts: object = {}) => ({
  ...execution,
  status: 'Completed',
  result: { task_id: 'task_1', failed_records: 0, ...counts },
})

function stream(response: ServerResponse, states: readonly { status: string; progress?: object }[]) {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
  for (const [index, state] of states.entries()) {
    response.write(
      `: still\n\nid: run:${index}\nevent: ${state.progress ? 'progress' : 'result'}\ndata: ${JSON.stringify(state)}\n\n`,
    )
  }
}
function json(response: ServerResponse, status: number, body: object) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
const events = '/workflows/task%3Atask_1/events'
const result = '/tasks/result'
const watch = ['workflows', 'result', 'task:task_1', '--watch']

test('a watched workflow is listened to, and nobody polls it', async () => {
  await using gateway = await startScriptedGateway((_, response) => {
    stream(response, [running(10), running(60), done()])
    response.end()
  })
  const { code, stdout } = await runCli([...watch, '--json'], gateway.environment)
  expect(code).toBe(0)
  expect(jsonLines(stdout)).toEqual([running(10), running(60), done()])
  expect(gateway.asked).toEqual([events])
})

test.each([
  [404, 'a gateway that has no events'],
  [200, 'a proxy that answers otherwise'],
])('after a %i of %s it is polled', async (status) => {
  let polls = 0
  await using gateway = await startScriptedGateway((path, response) => {
    if (path === events) json(response, status, { code: 'not_found', message: 'Not found' })
    else json(response, 200, ++polls === 1 ? running(50) : done())
  })
  const { code, stderr } = await runCli(watch, gateway.environment)
  expect({ code, asked: gateway.asked }).toEqual({ code: 0, asked: [events, result, result] })
  expect(stderr).toContain('50 %')
})

test('a stream that breaks is taken up again behind what was heard', async () => {
  await using gateway = await startScriptedGateway((path, response) => {
    if (path === result) json(response, 200, running(30))
    else if (gateway.asked.length === 1) {
      stream(response, [running(10), running(20)])
      setImmediate(() => response.destroy())
    } else {
      stream(response, [done({ failed_records: 2 })])
      response.end()
    }
  })
  const { code, stderr } = await runCli(watch, gateway.environment)
  expect({ code, asked: gateway.asked }).toEqual({ code: 0, asked: [events, result, `${events}@run:1`] })
  expect(stderr).toContain('Rejected rows: flexprice tasks rejected task_1 > rejected.csv')
})
