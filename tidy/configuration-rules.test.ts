import { type DeclaredVariable, declaredVariables } from '@flexprice/configuration'
import { serviceVariables } from '@flexprice/manifests/service-variables'
import { expect, test } from 'vitest'
import { configurationPageProblems, exampleProblems } from './configuration-rules.ts'
import { configurationTable, withConfigurationTable } from './configuration-table.ts'

const host: DeclaredVariable = {
  name: 'HOST',
  default: '0.0.0.0',
  unit: undefined,
  meaning: 'where it listens',
  required: false,
  allowed: undefined,
}
const [timeout = host] = declaredVariables((env) =>
  env.integer('TIMEOUT', { meaning: 'patience', unit: 'ms', otherwise: 5, min: 0, max: 9 }),
)
const [url = host] = declaredVariables((env) => env.required('URL', { meaning: 'one | other' }))

const gateway = { service: 'gateway', variables: [url, host, timeout] }
const sync = { service: 'worker-sync', variables: [host, { ...timeout, default: '7' }] }
const bill = { service: 'worker-bill', variables: [host, { ...timeout, default: '7' }] }

test('a variable is one row: who reads it, its default by service, unit, meaning and limits', () => {
  expect(configurationTable([gateway, sync]).split('\n').slice(2)).toEqual([
    '| `URL` | gateway | **required** |  | one \\| other |',
    '| `HOST` | all | `0.0.0.0` |  | where it listens |',
    '| `TIMEOUT` | all | `5` (gateway), `7` (worker-sync) | ms | patience (0 to 9) |',
  ])
  expect(configurationTable([gateway, sync, bill])).toContain('| `5` (gateway), `7` (workers) |')
  const cli = { service: 'cli', variables: [url] }
  expect(configurationTable([cli, gateway, sync, bill])).toContain('| `HOST` | gateway, workers |')
})

test('a variable that means two things is refused', () => {
  const other = { service: 'worker-sync', variables: [{ ...host, meaning: 'who it is' }] }
  expect(() => configurationTable([gateway, other])).toThrow(
    'HOST is declared differently by gateway and worker-sync',
  )
})

test("a table that is not the services' is found, and one between its marks is not", () => {
  const readme = 'a\n<!-- configuration -->\nold\n<!-- /configuration -->\nb\n'
  expect(configurationPageProblems(readme, [gateway])).toEqual([
    expect.stringContaining('pnpm docs:configuration'),
  ])
  const written = withConfigurationTable(readme, configurationTable([gateway])) ?? ''
  expect(written).toMatch(
    /^a\n<!-- configuration -->\n\| variable (?:.|\n)*\|\n<!-- \/configuration -->\nb\n$/,
  )
  expect(configurationPageProblems(written, [gateway])).toEqual([])
  expect(configurationPageProblems(written, [gateway, sync])).toHaveLength(1)
  expect(configurationPageProblems('no marks', [gateway])).toEqual([
    expect.stringContaining('lacks the lines'),
  ])
})

test('a variable of .env.example that nobody reads is found', () => {
  const example = '# Words.\n# HOST=::1\nTIMEOUT=1\n# LOCAL_DIR=x\n# OLD_NAME=1\n'
  expect(exampleProblems(example, [gateway], ["value('LOCAL_DIR')"])).toEqual([
    '.env.example:5 names OLD_NAME, which neither a service nor deploy/local reads',
  ])
})

test("a service's config.ts is asked what it reads", async () => {
  const all = await serviceVariables()
  const gateway = all.find(({ service }) => service === 'gateway')
  expect(gateway?.variables).toContainEqual(expect.objectContaining({ name: 'DATABASE_URL', required: true }))
})
