import { execFile } from 'node:child_process'
import { expect, test } from 'vitest'

/** `configOrExit` ends the process, so it runs in one of its own. */
const program = `
  const { configOrExit, readConfig } = await import(${JSON.stringify(import.meta.resolve('./index.ts'))})
  const read = (env) => ({ name: env.required('NAME', { meaning: 'who asks' }) })
  console.log(configOrExit(readConfig(process.env, read), process.argv, read).name)`

interface Outcome {
  readonly code: number | string | null | undefined
  readonly out: string
  readonly err: string
}

function run(env: Record<string, string>, ...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = ['--input-type=module', '--eval', program, '--', ...args]
    execFile(process.execPath, options, { env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : error.code, out, err }),
    )
  })
}

test('a usable configuration is handed over', async () => {
  expect(await run({ NAME: 'me' })).toMatchObject({ code: 0, out: 'me\n' })
})

test('--check-config ends the process in any case: with 0, or with 1 and what is wrong', async () => {
  expect(await run({ NAME: 'me' }, '--check-config')).toMatchObject({
    code: 0,
    out: 'The configuration is usable.\n',
  })
  const err = 'The configuration is not usable:\n  NAME: is missing: who asks\n'
  expect(await run({}, '--check-config')).toEqual({ code: 1, out: '', err })
})

test('a process does not start half', async () => {
  expect(await run({})).toMatchObject({ code: 1, out: '' })
})

test('--help lists what is read, whatever is given', async () => {
  const outcome = await run({}, '--help')
  expect(outcome).toMatchObject({ code: 0, err: '' })
  expect(outcome.out).toContain('  NAME (required)\n      who asks\n')
})
