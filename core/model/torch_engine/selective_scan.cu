// The selective scan of Mamba and the causal convolution before it, for one CUDA card; channels last.
//
//   h[t] = exp(delta[t] A) h[t-1] + delta[t] B[t] x[t]
//   y[t] = C[t] . h[t] + D x[t],     delta = softplus(step + bias)
//
// STATES, the number of states of a channel, is a constant of the compilation, so that all states of a channel stay in
// registers. The rows of an input lie `*_row` floats apart, so that slices of a wider tensor need no copy. There are no
// headers: NVRTC compiles this file as it is.

#ifndef STATES
#define STATES 16
#endif

#define LOG2_E 1.4426950408889634f
#define LINEAR_FROM 20.f  // from here on softplus is the identity, as in PyTorch

// One thread runs one channel of one sequence: grid (channels / threads, sequences).
extern "C" __global__ void selective_scan(
    const float* __restrict__ x, const float* __restrict__ step, const float* __restrict__ a,
    const float* __restrict__ b, const float* __restrict__ c, const float* __restrict__ d,
    const float* __restrict__ step_bias, float* __restrict__ y,
    int length, int width, int x_row, int step_row, int b_row, int c_row)
{
    const int channel = blockIdx.x * blockDim.x + threadIdx.x;
    if (channel >= width) return;
    float rate[STATES], h[STATES];
    #pragma unroll
    for (int n = 0; n < STATES; ++n) {
        rate[n] = a[channel * STATES + n] * LOG2_E;
        h[n] = 0.f;
    }
    const float direct = d[channel], bias = step_bias[channel];
    const long long first = (long long)blockIdx.y * length;
    for (int t = 0; t < length; ++t) {
        const long long row = first + t;
        const float in = x[row * x_row + channel], raw = step[row * step_row + channel] + bias;
        const float delta = raw <= LINEAR_FROM ? log1pf(expf(raw)) : raw;
        const float push = delta * in;
        float out = direct * in;
        #pragma unroll
        for (int n = 0; n < STATES; ++n) {
            h[n] = exp2f(delta * rate[n]) * h[n] + b[row * b_row + n] * push;
            out += c[row * c_row + n] * h[n];
        }
        y[row * width + channel] = out;
    }
}

// A depthwise convolution over the past, then SiLU. One thread makes one value: grid (channels / threads, frames,
// sequences). The last tap is the present; `bias` may be null.
extern "C" __global__ void causal_conv(
    const float* __restrict__ x, const float* __restrict__ weight, const float* __restrict__ bias,
    float* __restrict__ y, int length, int width, int taps, int x_row)
{
    const int channel = blockIdx.x * blockDim.x + threadIdx.x;
    if (channel >= width) return;
    const int t = blockIdx.y;
    const long long first = (long long)blockIdx.z * length;
    float out = bias ? bias[channel] : 0.f;
    for (int tap = 0; tap < taps; ++tap) {
        const int from = t - taps + 1 + tap;
        if (from >= 0) out += weight[channel * taps + tap] * x[(first + from) * x_row + channel];
    }
    y[(first + t) * width + channel] = out / (1.f + expf(-out));
}
