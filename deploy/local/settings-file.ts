import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { z } from 'zod'
import { readJson, writePrivateJson } from './private-file.ts'
import { reasonOf, StepFailure } from './step-failure.ts'

/** The demo data that was made, to be found again. */
const monthSchema = z.object({ api_key: z.string(), subscription_id: z.string() })
const demoSchema = z.object({
  api_key: z.string(),
  plan_id: z.string(),
  /** The environment with a test clock; older starts made none. */
  month: monthSchema.optional(),
})

const settingsSchema = z.object({
  passwords: z.object({ superuser: z.string(), owner: z.string(), app: z.string() }),
  /** The last ports by part, taken again when free: URLs in an editor's settings stay good. */
  ports: z.record(z.string(), z.int()),
  /** Where PostgreSQL lives when `.local/` cannot be entered by its user. */
  postgres_home: z.string().optional(),
  demo: demoSchema.optional(),
})

export type DemoSettings = z.output<typeof demoSchema>
export type DemoMonthSettings = z.output<typeof monthSchema>
export type Settings = z.output<typeof settingsSchema>

/** `.local/settings.json`: what outlives a stop. Passwords are made at the first start. */
export interface SettingsFile {
  read(): Settings
  change(changes: Partial<Settings>): void
}

const passwordBytes = 24

export function createSettingsFile(localDir: string): SettingsFile {
  const file = settingsPath(localDir)
  let settings = readSettings(file) ?? firstSettings()
  writePrivateJson(file, settings)
  return {
    read: () => settings,
    change(changes) {
      settings = { ...settings, ...changes }
      writePrivateJson(file, settings)
    },
  }
}

export function settingsPath(localDir: string): string {
  return path.join(localDir, 'settings.json')
}

/** The settings of an earlier start, if there was one. */
export function readSettings(file: string): Settings | undefined {
  try {
    const content = readJson(file)
    return content === undefined ? undefined : settingsSchema.parse(content)
  } catch (error) {
    throw new StepFailure(
      'Reading the settings',
      `${file} cannot be used: ${reasonOf(error)}`,
      'Run as the user who made it, or remove .local/ (with its data).',
    )
  }
}

function firstSettings(): Settings {
  const password = () => randomBytes(passwordBytes).toString('base64url')
  return { passwords: { superuser: password(), owner: password(), app: password() }, ports: {} }
}
