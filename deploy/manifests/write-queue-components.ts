/** `pnpm deploy:queues`: writes what is deployed of each task queue, from the workflow definitions. */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { queueFiles, registeredQueues } from './queue-component-rules.ts'
import { queuesFolder } from './queue-components.ts'
import { serviceVariables } from './service-variables.ts'

process.chdir(path.resolve(import.meta.dirname, '../..'))
const components = queueFiles(registeredQueues(await serviceVariables()))
await rm(queuesFolder, { recursive: true, force: true })
for (const [file, text] of components) {
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, text)
}
