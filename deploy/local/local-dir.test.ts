import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { throwAwayConfig } from './config.ts'
import { makeLocalDir } from './local-dir.ts'
import { createStackFile } from './stack-file.ts'

const parentDir = mkdtempSync(path.join(tmpdir(), 'flexprice local dir-'))
afterAll(() => rmSync(parentDir, { recursive: true }))

/** A folder that somebody else has filled, and that is called as ours usually is. */
function folderOfOthers(name: string): string {
  const dir = path.join(parentDir, name, '.local')
  mkdirSync(dir, { recursive: true })
  writeFileSync(path.join(dir, 'thesis.txt'), 'years of work')
  return dir
}

function foldersOf(localDir: string) {
  return { repositoryDir: parentDir, localDir, toolsDir: path.join(parentDir, 'clone', '.local') }
}

function run(script: string, args: readonly string[], localDir: string, more: Record<string, string> = {}) {
  const file = path.join(import.meta.dirname, script)
  const env = { ...throwAwayConfig(localDir).environment, ...more }
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], { env, encoding: 'utf8' })
  return { status, output: stdout + stderr }
}

describe('down --wipe', () => {
  it('removes a folder that up made', () => {
    const dir = path.join(parentDir, 'made', 'data')
    makeLocalDir(foldersOf(dir))
    expect(run('down.ts', ['--wipe'], dir)).toMatchObject({ status: 0 })
    expect(existsSync(dir)).toBe(false)
  })

  it('leaves a folder without our mark alone, even one called .local with a settings.json', () => {
    const dir = folderOfOthers('home')
    writeFileSync(path.join(dir, 'settings.json'), '{"theme": "dark"}')
    const { status, output } = run('down.ts', ['--wipe'], dir)
    expect(status).toBe(1)
    expect(output).toContain('is not a folder that npm run up made')
    expect(existsSync(path.join(dir, 'thesis.txt'))).toBe(true)
  })

  it('does not depend on settings that only a start needs', () => {
    const dir = path.join(parentDir, 'unusable')
    makeLocalDir(foldersOf(dir))
    expect(run('down.ts', ['--wipe'], dir, { TEMPORAL_API_KEY: 'key', PORT: 'x' })).toMatchObject({
      status: 0,
    })
  })
})

describe('up', () => {
  it("takes a new, an empty and its own folder, and refuses somebody else's, which a wipe would take along", () => {
    const empty = path.join(parentDir, 'empty')
    mkdirSync(empty)
    for (const dir of [empty, empty, path.join(parentDir, 'new', 'deep')]) makeLocalDir(foldersOf(dir))
    expect(() => makeLocalDir(foldersOf(folderOfOthers('work')))).toThrow(
      'holds files that npm run up did not make',
    )
  })

  it('--detach does not end with 0 while another up is still starting', () => {
    const dir = path.join(parentDir, 'starting')
    makeLocalDir(foldersOf(dir))
    // This process is the other one: it lives, and is not ready.
    expect(createStackFile(dir).claim(false)).toBe(true)
    const { status, output } = run('up.ts', ['--detach'], dir)
    expect(status).toBe(1)
    expect(output).toContain(
      `being started by another npm run up (process ${process.pid}), and is not ready yet`,
    )
  })

  it('says what is wrong before it starts anything when Temporal Cloud settings lack the address', () => {
    const dir = path.join(parentDir, 'cloud')
    const { status, output } = run('up.ts', ['--detach'], dir, { TEMPORAL_API_KEY: 'key' })
    expect(status).toBe(1)
    expect(output).toContain('TEMPORAL_API_KEY is given without TEMPORAL_ADDRESS')
    expect(existsSync(dir)).toBe(false)
  })
})
