/** `pnpm docs:configuration`: writes the table of variables into docs/configuration.md, from the functions that read them. */
import { readFile, writeFile } from 'node:fs/promises'
import { serviceVariables } from '@flexprice/manifests/service-variables'
import { configurationTable, withConfigurationTable } from '../tidy/configuration-table.ts'

process.chdir(`${import.meta.dirname}/..`)
const page = withConfigurationTable(
  await readFile('docs/configuration.md', 'utf8'),
  configurationTable(await serviceVariables()),
)
if (page === undefined) throw new Error('docs/configuration.md has no marks for the table')
await writeFile('docs/configuration.md', page)
