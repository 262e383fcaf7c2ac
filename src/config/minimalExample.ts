/** The shortest configuration that does something, as remedies show it. */
export const minimalExample = 'Socket_connection: {Host: {IP: 127.0.0.1, Port: 65432}}';
