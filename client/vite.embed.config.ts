import { copyFileSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vite';

const { version } = JSON.parse(readFileSync('embed/package.json', 'utf8')) as { version: string };

// The script that portals load: one classic file for old hosts. It is built under
// two names, of which one moves on and the other never changes after its release.
export default defineConfig({
  plugins: [
    { name: 'pinned', closeBundle: () => copyFileSync('dist/embed-v1.js', `dist/embed-${version}.js`) },
  ],
  build: {
    target: 'es2020',
    outDir: 'dist',
    emptyOutDir: false,
    sourcemap: false,
    reportCompressedSize: false,
    rolldownOptions: {
      input: { 'embed-v1': 'embed/src/script.ts' },
      output: { format: 'iife', codeSplitting: false, entryFileNames: '[name].js' },
    },
  },
});
