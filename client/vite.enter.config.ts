import { defineConfig } from 'vite';

// The script by which a member enters a room, a kilobyte of its own: neither the
// room nor the seller's pages are loaded for it. See vite.config.ts.
export default defineConfig({
  base: './',
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: false,
    sourcemap: false,
    modulePreload: false,
    reportCompressedSize: false,
    rolldownOptions: {
      input: { enter: 'src/enter.ts' },
      output: { codeSplitting: false, entryFileNames: '[name].js' },
    },
  },
});
