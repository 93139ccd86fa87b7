// What images for containers use: the server with the files it needs, in a folder of its own.
export default { output: 'standalone' };
