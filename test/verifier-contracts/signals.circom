pragma circom 2.1.6;

// Three public signals and nothing said about them: for tests of what surrounds a proof.
template Signals() {
    signal input c;
    signal input alpha;
    signal input beta;
    signal input secret;

    signal pair <== c * alpha;
    signal triple <== pair * beta;
    signal square <== secret * secret;
}

component main {public [c, alpha, beta]} = Signals();
