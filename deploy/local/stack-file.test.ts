import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { identify } from './process-identity.ts'
import { createSettingsFile, settingsPath } from './settings-file.ts'
import { createStackFile, isRunning } from './stack-file.ts'

function folder() {
  const dir = mkdtempSync(path.join(tmpdir(), 'flexprice stack-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  return dir
}

function mode(file: string) {
  return statSync(file).mode & 0o777
}

it('only its owner can read it, at its making and after each change', () => {
  const stackFile = createStackFile(folder())
  stackFile.claim(false)
  expect(mode(stackFile.file)).toBe(0o600)
  stackFile.change({ api_key: 'sk_secret' })
  expect(mode(stackFile.file)).toBe(0o600)
  expect(stackFile.read()?.api_key).toBe('sk_secret')
})

it('only its owner can read the settings, and their passwords stay the same', () => {
  const dir = folder()
  const first = createSettingsFile(dir).read()
  expect(mode(settingsPath(dir))).toBe(0o600)
  expect(createSettingsFile(dir).read()).toEqual(first)
  expect(createSettingsFile(folder()).read().passwords.owner).not.toBe(first.passwords.owner)
})

it('can be claimed by one run alone', () => {
  const dir = folder()
  expect(createStackFile(dir).claim(true)).toBe(true)
  expect(createStackFile(dir).claim(true)).toBe(false)
  createStackFile(dir).remove()
  expect(createStackFile(dir).claim(true)).toBe(true)
})

it('is not brought back by a change after down has removed it', () => {
  const stackFile = createStackFile(folder())
  stackFile.change({ ready: true })
  expect(stackFile.read()).toBeUndefined()
})

it('counts as running while its up lives, or when it is ready and each process lives', () => {
  const self = identify(process.pid)
  if (!self) throw new Error('this process runs')
  const other = { ...self, started: 'another start' }
  const entry = { name: 'redis', log: 'redis.log', stop_signal: 'SIGTERM' } as const
  const stack = { ready: true, only_servers: true, supervisor: null, processes: [{ ...entry, ...self }] }
  expect(isRunning(stack)).toBe(true)
  expect(isRunning({ ...stack, ready: false })).toBe(false)
  expect(isRunning({ ...stack, ready: false, supervisor: self })).toBe(true)
  expect(isRunning({ ...stack, processes: [{ ...entry, ...other }] })).toBe(false)
  expect(isRunning({ ...stack, supervisor: other, processes: [{ ...entry, ...other }] })).toBe(false)
})

it('says what to do when it is damaged', () => {
  const stackFile = createStackFile(folder())
  writeFileSync(stackFile.file, '{"processes": 1')
  expect(() => stackFile.read()).toThrow(/damaged/)
})
