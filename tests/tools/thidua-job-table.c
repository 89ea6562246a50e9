// The transition tables of core/job.c as lines, for tests that hold the store's functions against
// them: "job READY claim LEASED".
#include "core/job.h"

#include <stdio.h>

int main(void)
{
    for (int state = 1; state < JOB_STATE_END; state++)
        for (int event = 0; event < JOB_EVENT_END; event++) {
            enum job_state next = job_next((enum job_state)state, (enum job_event)event);
            if (next != 0)
                printf("job %s %s %s\n", job_state_name((enum job_state)state),
                       job_event_name((enum job_event)event), job_state_name(next));
        }
    for (int state = 1; state < RUN_STATE_END; state++)
        for (int event = 0; event < RUN_EVENT_END; event++) {
            enum run_state next = run_next((enum run_state)state, (enum run_event)event);
            if (next != 0)
                printf("run %s %s %s\n", run_state_name((enum run_state)state),
                       run_event_name((enum run_event)event), run_state_name(next));
        }
    return 0;
}
