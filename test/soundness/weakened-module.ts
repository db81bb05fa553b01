import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const ROOT = new URL('../..', import.meta.url).pathname

/**
 * Imports a copy of a module of the project with one text replaced; with an empty text, as it is. Path from the root.
 *
 * @throws unless the text occurs exactly once
 */
export async function importWithout<Module>(path: string, find: string, replace: string): Promise<Module> {
  const source = await readFile(join(ROOT, path), 'utf8')
  const parts = find === '' ? [source] : source.split(find)
  if (find !== '' && parts.length !== 2) throw new Error(`${path} has it ${parts.length - 1} times: ${find}`)
  // Below the root, where `#folder/` names resolve, and where no check or commit looks.
  const folder = join(ROOT, 'circuits', 'build', `weakened-${randomUUID()}`)
  await mkdir(folder, { recursive: true })
  try {
    const copy = join(folder, 'module.ts')
    await writeFile(copy, parts.join(replace).replaceAll("from './", `from '#${dirname(path)}/`))
    return (await import(copy)) as Module
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
