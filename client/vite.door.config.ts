import { defineConfig } from 'vite';

// The door of a link that asks for something, built for itself: it is seen by
// people who have nothing else of Parley yet.
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
      input: { door: 'src/door/door.ts' },
      output: {
        codeSplitting: false,
        entryFileNames: '[name].js',
        assetFileNames: (asset) =>
          asset.names.some((name) => name.endsWith('.css')) ? 'door.css' : '[name][extname]',
      },
    },
  },
});
