import { basename } from 'node:path';

import type { FileSystem, OpenFile } from '@test-coordinator/adapter-spool';

/** Told before each operation that changes something or syncs, as `sync 0000000001.log`; what it throws fails the operation. */
export type FileWatch = (operation: string) => void;

/** The file system with somebody watching, who may make operations fail. */
export function watchedFiles(fileSystem: FileSystem, watch: FileWatch): FileSystem {
  const opened = (file: OpenFile, path: string): OpenFile => ({
    write: async (bytes, position) => {
      watch(`write ${basename(path)}`);
      return file.write(bytes, position);
    },
    read: (into, position) => file.read(into, position),
    size: () => file.size(),
    truncate: async (length) => {
      watch(`truncate ${basename(path)}`);
      return file.truncate(length);
    },
    syncData: async () => {
      watch(`sync ${basename(path)}`);
      return file.syncData();
    },
    close: () => file.close(),
  });
  return {
    makeFolder: (path) => fileSystem.makeFolder(path),
    list: (path) => fileSystem.list(path),
    create: async (path) => {
      watch(`create ${basename(path)}`);
      return opened(await fileSystem.create(path), path);
    },
    openToRead: async (path) => {
      watch(`open ${basename(path)}`);
      return opened(await fileSystem.openToRead(path), path);
    },
    rename: async (from, to) => {
      watch(`rename ${basename(from)} ${basename(to)}`);
      return fileSystem.rename(from, to);
    },
    link: (path, name) => fileSystem.link(path, name),
    remove: async (path) => {
      watch(`remove ${basename(path)}`);
      return fileSystem.remove(path);
    },
    syncFolder: async (path) => {
      watch('sync folder');
      return fileSystem.syncFolder(path);
    },
  };
}

/** As the system's errors. */
export function systemFailure(code: string): Error {
  return Object.assign(new Error(code), { code });
}
