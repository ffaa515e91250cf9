import { defineConfig } from 'vite';

// The watcher's page is drawn by the server; this is its style and the small
// script that keeps it up to date. It shares nothing with the room's page but
// the tokens of colour and type.
export default defineConfig({
  base: './',
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: false,
    sourcemap: false,
    cssCodeSplit: false,
    modulePreload: false,
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      input: { watch: 'src/watch/watch.ts' },
      output: {
        codeSplitting: false,
        entryFileNames: '[name].js',
        assetFileNames: (asset) =>
          asset.names.some((name) => name.endsWith('.css')) ? 'watch.css' : '[name][extname]',
      },
    },
  },
});
