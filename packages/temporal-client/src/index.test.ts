import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

/** Packages of Temporal's that a process has loaded once it has this package, by a process of its own. */
const loaded = `
  await import(${JSON.stringify(import.meta.resolve('./index.ts'))})
  const { Module } = await import('node:module')
  const packages = Object.keys(Module._cache).map((path) => /@temporalio\\/[^/]+(?=\\/lib)/.exec(path)?.[0])
  console.log(JSON.stringify([...new Set(packages)]))`

test("Temporal's client alone is loaded, never its worker", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', loaded])
  const packages: unknown = JSON.parse(stdout)
  expect(packages).toContain('@temporalio/client')
  for (const heavy of ['worker', 'core-bridge', 'workflow', 'activity']) {
    expect(packages).not.toContain(`@temporalio/${heavy}`)
  }
})
