import { defineConfig, type UserConfig } from 'vite';

/**
 * page configures the build of a page that is built for itself: one script and one
 * style of that name, so that no other page has anything to do with them. Their
 * names are stable; vite.config.ts says why.
 */
export function page(name: string, source: string, plugins: UserConfig['plugins'] = []): UserConfig {
  return defineConfig({
    base: './',
    plugins,
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
        input: { [name]: source },
        output: {
          codeSplitting: false,
          entryFileNames: '[name].js',
          assetFileNames: (asset) =>
            asset.names.some((file) => file.endsWith('.css')) ? `${name}.css` : '[name][extname]',
        },
      },
    },
  });
}
